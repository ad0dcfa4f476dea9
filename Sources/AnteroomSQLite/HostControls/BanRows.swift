import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func isBarred(
    account: AccountID?, lineage: JoinID?, from meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Bool {
    try db.one(
      """
      SELECT 1 FROM bans b WHERE b.meeting = ?1 AND b.occurrence = ?2
        AND (b.account = ?3 OR b.join_id = ?4
          OR b.account = (SELECT j.account FROM joins j WHERE j.id = ?4)) LIMIT 1
      """,
      [.text(meeting.text), .integer(occurrence), .optional(account?.text), .optional(lineage?.text)]
    ) { _ in true } ?? false
  }
}

extension SQLiteTransaction {
  func insert(_ ban: Ban) throws(StorageFault) {
    let (account, join): (Column, Column) =
      switch ban.target {
      case .account(let id): (.text(id.text), .null)
      case .join(let id): (.null, .text(id.text))
      }
    try db.run(
      """
      INSERT INTO bans (id, meeting, occurrence, account, join_id, reason, actor, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .text(ban.id.text), .text(ban.meeting.text), .integer(ban.occurrence), account, join, .optional(ban.reason),
        .text(ban.by), .time(ban.createdAt),
      ])
  }
}
