import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func consents(of join: JoinID) throws(StorageFault) -> [Consent] {
    try db.all(
      """
      SELECT c.notice, c.version, c.text_digest, c.agreed, c.time, c.withdrawn_at FROM consents c
      WHERE c.join_id = ? ORDER BY c.time, c.notice, c.version
      """, [.text(join.text)]
    ) { row in
      Consent(
        notice: row.text(0), version: row.count(1), textDigest: row.digest(2), agreed: row.flag(3), time: row.time(4),
        withdrawnAt: row.optionalTime(5))
    }
  }
}

extension SQLiteSnapshot {
  func textDigest(of notice: Notice) -> Digest { sealing.textDigest(notice.text) }
}

extension SQLiteTransaction {
  func save(_ consent: Consent, of join: JoinID) throws(StorageFault) {
    try db.run(
      """
      INSERT OR REPLACE INTO consents (join_id, notice, version, text_digest, agreed, time, withdrawn_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(join.text), .text(consent.notice), .integer(Int64(consent.version)), .digest(consent.textDigest),
        .flag(consent.agreed), .time(consent.time), .optional(consent.withdrawnAt),
      ])
  }
}
