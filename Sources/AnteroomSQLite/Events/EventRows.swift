import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let eventColumns = """
    e.id, e.name, e.meeting, e.join_id, e.number, e.state, e.role, e.epoch, e.actor, e.expires_at, e.frontend,
    e.audience, e.message
    """

  private func readEvent(_ row: Row) -> NumberedEvent {
    let join = row.optionalText(3).map { id in
      EventJoin(
        id: JoinID(known: id), number: row.integer(4), state: SQLiteSnapshot.known(row.text(5)),
        role: SQLiteSnapshot.known(row.text(6)),
        frontEnd: row.text(10), audience: row.text(11))
    }
    return NumberedEvent(
      number: row.integer(0),
      event: Event(
        SQLiteSnapshot.known(row.text(1)), meeting: MeetingID(known: row.text(2)), join: join, epoch: row.integer(7),
        by: row.text(8), expiresAt: row.optionalTime(9), message: message(row)))
  }

  private func message(_ row: Row) -> String? {
    guard !row.hasNull(12), let join = row.optionalText(3), let salt = try? auditSalt(of: join) else { return nil }
    return sealing.openPersonal(row.blob(12), subjectSalt: salt).map { String(decoding: $0, as: UTF8.self) }
  }

  func lastEvent() throws(StorageFault) -> Int64 {
    try db.one("SELECT coalesce(max(id), 0) FROM events", []) { $0.integer(0) } ?? 0
  }

  func firstEvent() throws(StorageFault) -> Int64 {
    try db.one("SELECT coalesce(min(id), 0) FROM events", []) { $0.integer(0) } ?? 0
  }

  func events(of meeting: MeetingID, after number: Int64, limit: Int) throws(StorageFault) -> [NumberedEvent] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.eventColumns) FROM events e
      WHERE e.meeting = ? AND e.id > ? ORDER BY e.id LIMIT ?
      """, [.text(meeting.text), .integer(number), .integer(Int64(limit))], readEvent)
  }

  func events(
    frontEnd: String, audiences: [String], after number: Int64, limit: Int
  ) throws(StorageFault) -> [NumberedEvent] {
    let marks = audiences.map { _ in "?" }.joined(separator: ", ")
    return try db.all(
      """
      SELECT \(SQLiteSnapshot.eventColumns) FROM events e
      WHERE e.id > ? AND (e.join_id IS NULL OR e.frontend = ? OR e.audience IN (\(marks))) ORDER BY e.id LIMIT ?
      """, [.integer(number), .text(frontEnd)] + audiences.map(Column.text) + [.integer(Int64(limit))],
      readEvent)
  }

  func events(of join: JoinID, after number: Int64, limit: Int) throws(StorageFault) -> [NumberedEvent] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.eventColumns) FROM events e
      WHERE e.join_id = ? AND e.number > ? AND e.name <> 'revocation' ORDER BY e.id LIMIT ?
      """, [.text(join.text), .integer(number), .integer(Int64(limit))], readEvent)
  }

  func lastRoleEvent(of join: JoinID) throws(StorageFault) -> Int64? {
    try db.one(
      "SELECT max(id) FROM events WHERE join_id = ? AND (name = 'join.admitted' OR name = 'join.role')",
      [.text(join.text)]
    ) { $0.optionalInteger(0) } ?? nil
  }
}

extension SQLiteTransaction {
  func emit(_ event: Event) throws(StorageFault) {
    if lastNumber == nil { lastNumber = try lastEvent() }
    let number = (lastNumber ?? 0) + 1
    lastNumber = number
    let join = event.join
    try db.run(
      """
      INSERT INTO events (id, time, name, meeting, join_id, number, state, role, frontend, audience, epoch, actor,
        expires_at, message)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(number), .time(now), .text(event.name.rawValue), .text(event.meeting.text),
        .optional(join?.id.text), join.map { .integer($0.number) } ?? .null, .optional(join?.state.rawValue),
        .optional(join?.role.rawValue), .optional(join?.frontEnd), .optional(join?.audience), .integer(event.epoch),
        .text(event.by), .optional(event.expiresAt),
        try sealed(event.message, join),
      ])
    woken.formUnion(event.topics)
    guard event.name == .revocation, let join else { return }
    try db.run(
      "INSERT INTO revocations (event, time, meeting, join_id, frontend, audience) VALUES (?, ?, ?, ?, ?, ?)",
      [
        .integer(number), .time(now), .text(event.meeting.text), .text(join.id.text), .text(join.frontEnd),
        .text(join.audience),
      ])
  }

  /// There may be a name in it, so it is readable for as long as the join's salt is kept and no longer.
  private func sealed(_ message: String?, _ join: EventJoin?) throws(StorageFault) -> Column {
    guard let message, let join, let salt = try auditSalt(of: join.id.text) else { return .null }
    return .blob(sealing.sealPersonal(Array(message.utf8), subjectSalt: salt))
  }

  func deleteEvents(before time: Instant, limit: Int) throws(StorageFault) -> Int {
    // By number, which rises with the time: nothing that is kept is looked at.
    try db.run(
      """
      DELETE FROM revocations WHERE event IN (SELECT event FROM revocations ORDER BY event LIMIT ?1) AND time < ?2
      """, [.integer(Int64(limit)), .time(time)])
    try db.run(
      """
      DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT ?1) AND time < ?2
        AND id < (SELECT max(id) FROM events)
      """, [.integer(Int64(limit)), .time(time)])
    return db.changesCount
  }
}
