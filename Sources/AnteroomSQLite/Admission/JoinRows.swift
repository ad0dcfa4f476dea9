import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let joinColumns = """
    j.id, j.meeting, j.frontend, j.audience, j.state, j.role, j.class, j.display_name, j.account, j.session,
    j.verified, j.publish, j.occurrence, j.client_kind, j.created_at, j.deadline, j.waiting_for, j.waiting_since,
    j.unproven, j.message, j.may_rejoin, j.was_sent_back, j.lineage, j.events, j.invite, j.bypasses_waiting_room,
    j.likeness, j.confusable_with, j.denials, j.source,
    j.likeness_read, j.was_admitted
    """

  private static func readJoin(_ row: Row, from offset: Int) -> Join {
    let publish = row.integer(offset + 11)
    return Join(
      id: JoinID(known: row.text(offset)), meeting: MeetingID(known: row.text(offset + 1)),
      frontEnd: row.text(offset + 2), audience: row.text(offset + 3), state: known(row.text(offset + 4)),
      role: known(row.text(offset + 5)), joinerClass: known(row.text(offset + 6)),
      displayName: DisplayName(known: row.text(offset + 7)),
      account: row.optionalText(offset + 8).map { AccountID(known: $0) },
      session: row.optionalText(offset + 9).map { SessionID(known: $0) }, verified: row.flag(offset + 10),
      publish: Publish(audio: publish & 1 != 0, video: publish & 2 != 0, screen: publish & 4 != 0),
      occurrence: row.integer(offset + 12), clientKind: known(row.text(offset + 13)),
      createdAt: row.time(offset + 14), deadline: row.optionalTime(offset + 15),
      waitingFor: row.optionalText(offset + 16).map(known), waitingSince: row.optionalTime(offset + 17),
      unproven: row.flag(offset + 18), message: row.optionalText(offset + 19),
      mayRejoin: row.flag(offset + 20), wasSentBack: row.flag(offset + 21),
      lineage: row.optionalText(offset + 22).map { JoinID(known: $0) }, eventNumber: row.integer(offset + 23),
      invite: row.optionalText(offset + 24).map { InviteID(known: $0) }, bypassesWaitingRoom: row.flag(offset + 25),
      likeness: row.likeness(offset + 26, read: offset + 30),
      confusableWith: row.optionalText(offset + 27), denials: row.count(offset + 28),
      source: row.optionalInteger(offset + 29), wasAdmitted: row.flag(offset + 31))
  }

  private static func readStored(_ row: Row) -> StoredJoin {
    StoredJoin(join: readJoin(row, from: 2), ticketDigest: row.digest(0), salt: row.blob(1))
  }

  func join(_ id: JoinID) throws(StorageFault) -> StoredJoin? {
    try db.one(
      "SELECT j.ticket_digest, j.salt, \(SQLiteSnapshot.joinColumns) FROM joins j WHERE j.id = ?", [.text(id.text)],
      SQLiteSnapshot.readStored)
  }

  func joins(
    of meeting: MeetingID, occurrence: Int64, states: [JoinState], after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Join> {
    let marks = states.map { _ in "?" }.joined(separator: ", ")
    return try db.page(
      """
      SELECT j.seq, \(SQLiteSnapshot.joinColumns) FROM joins j WHERE j.seq IN (
        SELECT i.seq FROM joins i WHERE i.meeting = ? AND i.occurrence = ? AND i.seq > ? AND i.state IN (\(marks))
        ORDER BY i.seq LIMIT ?)
      ORDER BY j.seq
      """,
      [.text(meeting.text), .integer(occurrence), .integer(cursor ?? 0)] + states.map { .text($0.rawValue) },
      limit: limit
    ) { SQLiteSnapshot.readJoin($0, from: 1) }
  }

  func dueJoins(at time: Instant, limit: Int) throws(StorageFault) -> [StoredJoin] {
    try db.all(
      """
      SELECT j.ticket_digest, j.salt, \(SQLiteSnapshot.joinColumns) FROM joins j
      WHERE j.deadline <= ? ORDER BY j.deadline LIMIT ?
      """, [.time(time), .integer(Int64(limit))], SQLiteSnapshot.readStored)
  }

  func unprovenWaiting(
    in meeting: MeetingID, occurrence: Int64, source: Int64?
  ) throws(StorageFault) -> (count: Int, oldest: Join?) {
    // The words of the partial index, so that it is the one that is used.
    var condition = "j.meeting = ? AND j.occurrence = ? AND j.state = 'waiting' AND j.unproven = 1"
    var columns = [Column.text(meeting.text), .integer(occurrence)]
    if let source {
      condition += " AND j.source = ?"
      columns.append(.integer(source))
    }
    let count =
      try db.one("SELECT count(*) FROM joins j INDEXED BY joins_unproven WHERE \(condition)", columns) { $0.count(0) }
      ?? 0
    let oldest = try db.one(
      "SELECT \(SQLiteSnapshot.joinColumns) FROM joins j INDEXED BY joins_unproven WHERE \(condition) ORDER BY j.seq LIMIT 1",
      columns
    ) { SQLiteSnapshot.readJoin($0, from: 0) }
    return (count, oldest)
  }

  func waiting(in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> [JoinID] {
    try db.all(
      "SELECT j.id FROM joins j WHERE j.meeting = ? AND j.occurrence = ? AND j.state = 'waiting' ORDER BY j.seq",
      [.text(meeting.text), .integer(occurrence)]
    ) { JoinID(known: $0.text(0)) }
  }

  func waiting(from source: Int64, in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Int {
    try db.one(
      """
      SELECT count(*) FROM joins j INDEXED BY joins_waiting_from
      WHERE j.meeting = ? AND j.occurrence = ? AND j.source = ? AND j.source IS NOT NULL AND j.state = 'waiting'
      """, [.text(meeting.text), .integer(occurrence), .integer(source)]
    ) { $0.count(0) } ?? 0
  }

  /// The words of the partial index, so that it is the one that is used.
  private static let waitsForSeat = """
    FROM joins j INDEXED BY joins_for_what_comes
    WHERE j.meeting = ? AND j.occurrence = ? AND j.waiting_for = 'seat' AND j.waiting_for <> 'admission'
      AND (j.deadline IS NULL OR j.deadline > ?)
    """
  private static let firstForSeat = "SELECT \(joinColumns) \(waitsForSeat) ORDER BY j.seq LIMIT 1"
  private static let anyForSeat = "SELECT 1 \(waitsForSeat) LIMIT 1"

  func firstForSeat(in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Join? {
    try db.one(SQLiteSnapshot.firstForSeat, [.text(meeting.text), .integer(occurrence), .time(now)]) {
      SQLiteSnapshot.readJoin($0, from: 0)
    }
  }

  func isSeatAwaited(in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Bool {
    try db.one(SQLiteSnapshot.anyForSeat, [.text(meeting.text), .integer(occurrence), .time(now)]) { _ in true }
      ?? false
  }

  func joins(
    waitingFor reason: WaitingFor, in meeting: MeetingID, occurrence: Int64, after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Join> {
    try db.page(
      """
      SELECT j.seq, \(SQLiteSnapshot.joinColumns) FROM joins j INDEXED BY joins_for_what_comes
      WHERE j.meeting = ? AND j.occurrence = ? AND j.waiting_for = ? AND j.waiting_for <> 'admission' AND j.seq > ?
      ORDER BY j.seq LIMIT ?
      """,
      [.text(meeting.text), .integer(occurrence), .text(reason.rawValue), .integer(cursor ?? 0)], limit: limit
    ) { SQLiteSnapshot.readJoin($0, from: 1) }
  }

  func denials(
    account: AccountID?, lineage: JoinID?, in meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Int {
    try db.one(
      """
      SELECT count(*) FROM joins j WHERE (j.account = ?3 OR j.lineage = ?4 OR j.id = ?4) AND +j.meeting = ?1
        AND +j.occurrence = ?2 AND +j.state = 'denied'
      """, [.text(meeting.text), .integer(occurrence), .optional(account?.text), .optional(lineage?.text)]
    ) { $0.count(0) } ?? 0
  }

  func openJoins(with invite: InviteID) throws(StorageFault) -> [Join] {
    try db.all(
      "SELECT \(SQLiteSnapshot.joinColumns) FROM joins j WHERE j.invite = ? AND \(SQLiteSnapshot.isOpen)",
      [.text(invite.text)]
    ) { SQLiteSnapshot.readJoin($0, from: 0) }
  }

  func joins(of account: AccountID, limit: Int) throws(StorageFault) -> [Join] {
    try db.all(
      "SELECT \(SQLiteSnapshot.joinColumns) FROM joins j WHERE j.account = ? ORDER BY j.seq DESC LIMIT ?",
      [.text(account.text), .integer(Int64(limit))]
    ) { SQLiteSnapshot.readJoin($0, from: 0) }
  }

  func openJoins(of account: AccountID, session: SessionID?) throws(StorageFault) -> [Join] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.joinColumns) FROM joins j
      WHERE j.account = ?1 AND (?2 IS NULL OR j.session = ?2) AND \(SQLiteSnapshot.isOpen)
      """, [.text(account.text), .optional(session?.text)]
    ) { SQLiteSnapshot.readJoin($0, from: 0) }
  }

  /// As `isOpen`, for joins that another term finds: a plus keeps a term from choosing the index.
  private static let isOpenOfFew =
    "(+j.state = 'waiting' OR +j.state = 'admitted' OR +j.state = 'present' OR (+j.state = 'left' AND j.may_rejoin = 1))"

  /// Something can still become of it.
  private static let isOpen =
    "(j.state = 'waiting' OR j.state = 'admitted' OR j.state = 'present' OR (j.state = 'left' AND j.may_rejoin = 1))"

  func openJoins(
    in meeting: MeetingID, occurrence: Int64, of account: AccountID?, lineage: JoinID
  ) throws(StorageFault) -> [Join] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.joinColumns) FROM joins j
      WHERE +j.meeting = ?1 AND +j.occurrence = ?2 AND (j.account = ?3 OR j.lineage = ?4 OR j.id = ?4)
        AND \(SQLiteSnapshot.isOpenOfFew)
      """, [.text(meeting.text), .integer(occurrence), .optional(account?.text), .text(lineage.text)]
    ) { SQLiteSnapshot.readJoin($0, from: 0) }
  }

  func openJoins(
    in meeting: MeetingID, occurrence: Int64, begunBy account: AccountID
  ) throws(StorageFault) -> [Join] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.joinColumns) FROM joins r JOIN joins j ON j.lineage = r.id
      WHERE r.account = ?3 AND r.meeting = ?1 AND j.meeting = ?1 AND j.occurrence = ?2 AND j.account IS NOT ?3
        AND \(SQLiteSnapshot.isOpen)
      """, [.text(meeting.text), .integer(occurrence), .text(account.text)]
    ) { SQLiteSnapshot.readJoin($0, from: 0) }
  }

  func openJoins(frontEnd: String, audiences: [String]) throws(StorageFault) -> [(join: Join, epoch: Epoch)] {
    let marks = audiences.map { _ in "?" }.joined(separator: ", ")
    return try db.all(
      """
      SELECT m.epoch, \(SQLiteSnapshot.joinColumns) FROM meetings m
      JOIN joins j ON j.meeting = m.id AND j.occurrence = m.occurrence
        AND (j.state = 'waiting' OR j.state = 'admitted' OR j.state = 'present')
      WHERE m.waiting + m.admitted + m.present + m.hosts_admitted + m.hosts_present > 0
        AND (j.frontend = ? OR j.audience IN (\(marks)))
      """, [.text(frontEnd)] + audiences.map(Column.text)
    ) { (SQLiteSnapshot.readJoin($0, from: 1), $0.integer(0)) }
  }

  func wasTurnedBack(
    account: AccountID?, lineage: JoinID?, from meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Bool {
    try db.one(
      """
      SELECT 1 FROM joins j WHERE (j.account = ?3 OR j.lineage = ?4 OR j.id = ?4) AND +j.meeting = ?1
        AND +j.occurrence = ?2 AND (+j.was_sent_back = 1 OR +j.state = 'denied') LIMIT 1
      """, [.text(meeting.text), .integer(occurrence), .optional(account?.text), .optional(lineage?.text)]
    ) { _ in true } ?? false
  }

  func hasJoin(in meeting: MeetingID, frontEnd: String, audiences: [String]) throws(StorageFault) -> Bool {
    let marks = audiences.map { _ in "?" }.joined(separator: ", ")
    return try db.one(
      """
      SELECT 1 FROM meetings m JOIN joins j ON j.meeting = m.id AND j.occurrence = m.occurrence
      WHERE m.id = ? AND (j.frontend = ? OR j.audience IN (\(marks))) LIMIT 1
      """, [.text(meeting.text), .text(frontEnd)] + audiences.map(Column.text)
    ) { _ in true } ?? false
  }

  func isRedeemed(_ grant: String) throws(StorageFault) -> Bool {
    try db.one("SELECT 1 FROM redeemed_grants WHERE id = ?", [.text(grant)]) { _ in true } ?? false
  }
}

extension SQLiteTransaction {
  func insert(_ join: Join, ticketDigest: Digest, salt: [UInt8]) throws(StorageFault) {
    try db.run(
      """
      INSERT INTO joins (id, meeting, occurrence, frontend, audience, state, role, class, display_name, account,
        session, verified, publish, client_kind, created_at, deadline, waiting_for, waiting_since, unproven, message,
        ticket_digest, salt, lineage, was_sent_back, events, invite, bypasses_waiting_room, likeness, confusable_with,
        denials, source, likeness_read, was_admitted)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(join.id.text), .text(join.meeting.text), .integer(join.occurrence), .text(join.frontEnd),
        .text(join.audience), .text(join.state.rawValue), .text(join.role.rawValue), .text(join.joinerClass.rawValue),
        .text(join.displayName.text), .optional(join.account?.text), .optional(join.session?.text),
        .flag(join.verified), publish(join), .text(join.clientKind.rawValue), .time(join.createdAt),
        .optional(join.deadline), .optional(join.waitingFor?.rawValue), .optional(join.waitingSince),
        .flag(join.unproven), .optional(join.message), .digest(ticketDigest), .blob(salt),
        .optional(join.lineage == join.id ? nil : join.lineage.text), .flag(join.wasSentBack),
        .integer(join.eventNumber), .optional(join.invite?.text), .flag(join.bypassesWaitingRoom),
        .optional(join.likeness?.asSeen), .optional(join.confusableWith), .integer(Int64(join.denials)),
        .optional(join.source), .optional(join.likeness?.asReadElse), .flag(join.wasAdmitted),
      ])
  }

  func update(_ join: Join) throws(StorageFault) {
    try db.run(
      """
      UPDATE joins SET state = ?, role = ?, publish = ?, deadline = ?, waiting_for = ?, waiting_since = ?,
        unproven = ?, message = ?, may_rejoin = ?, was_sent_back = ?, events = ?, class = ?, denials = ?, was_admitted = ?
      WHERE id = ?
      """,
      [
        .text(join.state.rawValue), .text(join.role.rawValue), publish(join), .optional(join.deadline),
        .optional(join.waitingFor?.rawValue), .optional(join.waitingSince), .flag(join.unproven),
        .optional(join.message), .flag(join.mayRejoin), .flag(join.wasSentBack), .integer(join.eventNumber),
        .text(join.joinerClass.rawValue), .integer(Int64(join.denials)), .flag(join.wasAdmitted),
        .text(join.id.text),
      ])
  }

  func redeem(_ grant: String, expiresAt: Instant) throws(StorageFault) -> Bool {
    try db.run(
      "INSERT INTO redeemed_grants (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.text(grant), .time(expiresAt)])
    return db.changesCount == 1
  }

  private func publish(_ join: Join) -> Column {
    .integer((join.publish.audio ? 1 : 0) | (join.publish.video ? 2 : 0) | (join.publish.screen ? 4 : 0))
  }
}
