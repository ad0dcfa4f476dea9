import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let stayColumns =
    "s.join_id, s.occurrence, s.display_name, j.salt, s.account, s.class, s.entered_at, s.left_at"

  private func readStay(_ row: Row, from offset: Int) -> Stay {
    var name: [UInt8]?
    if !row.hasNull(offset + 3) { name = sealing.openPersonal(row.blob(offset + 2), subjectSalt: row.blob(offset + 3)) }
    return Stay(
      join: JoinID(known: row.text(offset)), occurrence: row.integer(offset + 1),
      displayName: name.map { String(decoding: $0, as: UTF8.self) },
      account: row.optionalText(offset + 4).map { AccountID(known: $0) },
      joinerClass: SQLiteSnapshot.known(row.text(offset + 5)),
      enteredAt: row.time(offset + 6), leftAt: row.optionalTime(offset + 7))
  }

  func stays(
    in meeting: MeetingID, occurrence: Int64, after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Stay> {
    try db.page(
      """
      SELECT s.seq, \(SQLiteSnapshot.stayColumns) FROM stays s LEFT JOIN joins j ON j.id = s.join_id
      WHERE s.meeting = ? AND s.occurrence = ? AND s.seq > ? ORDER BY s.seq LIMIT ?
      """, [.text(meeting.text), .integer(occurrence), .integer(cursor ?? 0)], limit: limit
    ) { readStay($0, from: 1) }
  }

  func stays(of account: AccountID, limit: Int) throws(StorageFault) -> [Stay] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.stayColumns) FROM stays s LEFT JOIN joins j ON j.id = s.join_id
      WHERE s.account = ? ORDER BY s.seq DESC LIMIT ?
      """, [.text(account.text), .integer(Int64(limit))]
    ) { readStay($0, from: 0) }
  }

  func stays(of join: JoinID) throws(StorageFault) -> [Stay] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.stayColumns) FROM joins j JOIN stays s ON s.meeting = j.meeting
        AND s.occurrence = j.occurrence AND s.join_id = j.id
      WHERE j.id = ? ORDER BY s.seq
      """, [.text(join.text)]
    ) { readStay($0, from: 0) }
  }
}

extension SQLiteTransaction {
  func beginStay(of join: Join) throws(StorageFault) {
    guard let salt = try auditSalt(of: join.id.text) else { return }
    try db.run(
      """
      INSERT INTO stays (meeting, occurrence, join_id, display_name, account, class, entered_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(join.meeting.text), .integer(join.occurrence), .text(join.id.text),
        .blob(sealing.sealPersonal(Array(join.displayName.text.utf8), subjectSalt: salt)),
        .optional(join.account?.text), .text(join.joinerClass.rawValue), .time(now),
      ])
  }

  func endStay(of join: JoinID) throws(StorageFault) {
    try db.run("UPDATE stays SET left_at = ? WHERE join_id = ? AND left_at IS NULL", [.time(now), .text(join.text)])
  }
}
