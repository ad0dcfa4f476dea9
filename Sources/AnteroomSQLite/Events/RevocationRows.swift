import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let revocationColumns = "event, meeting, join_id, frontend, audience, acknowledged"

  private static func readRevocation(_ row: Row) -> Revocation {
    Revocation(
      number: row.integer(0), meeting: MeetingID(known: row.text(1)), join: JoinID(known: row.text(2)),
      frontEnd: row.text(3), audience: row.text(4), isAcknowledged: row.flag(5))
  }

  func revocation(_ number: Int64) throws(StorageFault) -> Revocation? {
    try db.one(
      "SELECT \(SQLiteSnapshot.revocationColumns) FROM revocations WHERE event = ?", [.integer(number)],
      SQLiteSnapshot.readRevocation)
  }

  func unconfirmedRevocations(before time: Instant, limit: Int) throws(StorageFault) -> [Revocation] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.revocationColumns) FROM revocations
      WHERE acknowledged = 0 AND alarmed = 0 AND time <= ? ORDER BY event LIMIT ?
      """, [.time(time), .integer(Int64(limit))], SQLiteSnapshot.readRevocation)
  }

  func unconfirmedRevocationCount() throws(StorageFault) -> Int {
    try db.one("SELECT count(*) FROM revocations WHERE acknowledged = 0 AND alarmed = 1", []) { $0.count(0) } ?? 0
  }
}

extension SQLiteTransaction {
  func acknowledgeRevocation(_ number: Int64) throws(StorageFault) {
    try db.run("UPDATE revocations SET acknowledged = 1 WHERE event = ?", [.integer(number)])
  }

  func alarmRevocation(_ number: Int64) throws(StorageFault) {
    try db.run("UPDATE revocations SET alarmed = 1 WHERE event = ?", [.integer(number)])
  }
}
