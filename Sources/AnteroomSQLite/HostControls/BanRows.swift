import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let banColumns =
    "b.id, b.meeting, b.occurrence, b.account, b.join_id, b.reason, b.actor, b.created_at, b.expires_at, b.invite"

  private func readBan(_ row: Row, from offset: Int) -> Ban {
    let meeting = MeetingID(known: row.text(offset + 1))
    var reason: String?
    if !row.hasNull(offset + 5), let salt = try? auditSalt(of: meeting.text) {
      reason = sealing.openPersonal(row.blob(offset + 5), subjectSalt: salt).map { String(decoding: $0, as: UTF8.self) }
    }
    let target: Ban.Target =
      if let account = row.optionalText(offset + 3) {
        .account(AccountID(known: account))
      } else if let join = row.optionalText(offset + 4) {
        .join(JoinID(known: join))
      } else {
        .invite(InviteID(known: row.text(offset + 9)))
      }
    return Ban(
      id: BanID(known: row.text(offset)), meeting: meeting, occurrence: row.optionalInteger(offset + 2), target: target,
      reason: reason, by: row.text(offset + 6), createdAt: row.time(offset + 7),
      expiresAt: row.optionalTime(offset + 8))
  }

  func isBarred(
    account: AccountID?, invite: InviteID?, lineage: JoinID?, from meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Bool {
    try db.one(
      """
      SELECT 1 FROM bans b WHERE b.meeting = ?1 AND (b.occurrence IS NULL OR b.occurrence = ?2)
        AND (b.expires_at IS NULL OR b.expires_at > ?5) AND (b.account = ?3 OR b.join_id = ?4 OR b.invite = ?6
          OR b.account = (SELECT j.account FROM joins j WHERE j.id = ?4)) LIMIT 1
      """,
      [
        .text(meeting.text), .integer(occurrence), .optional(account?.text), .optional(lineage?.text), .time(now),
        .optional(invite?.text),
      ]
    ) { _ in true } ?? false
  }

  func bans(
    of meeting: MeetingID, occurrence: Int64, after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Ban> {
    try db.page(
      """
      SELECT b.seq, \(SQLiteSnapshot.banColumns) FROM bans b
      WHERE b.meeting = ? AND (b.occurrence IS NULL OR b.occurrence = ?) AND (b.expires_at IS NULL OR b.expires_at > ?) AND b.seq > ?
      ORDER BY b.seq LIMIT ?
      """, [.text(meeting.text), .integer(occurrence), .time(now), .integer(cursor ?? 0)], limit: limit
    ) { readBan($0, from: 1) }
  }

  func bans(on account: AccountID, limit: Int) throws(StorageFault) -> [Ban] {
    try db.all(
      "SELECT \(SQLiteSnapshot.banColumns) FROM bans b WHERE b.account = ? ORDER BY b.seq DESC LIMIT ?",
      [.text(account.text), .integer(Int64(limit))]
    ) { readBan($0, from: 0) }
  }

  func hasBarredHolder(_ invite: InviteID, in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Bool {
    try db.one(
      """
      SELECT 1 FROM bans b JOIN joins j ON j.id = b.join_id
      WHERE b.meeting = ? AND (b.occurrence IS NULL OR b.occurrence = ?) AND (b.expires_at IS NULL OR b.expires_at > ?)
        AND +j.invite = ? LIMIT 1
      """, [.text(meeting.text), .integer(occurrence), .time(now), .text(invite.text)]
    ) { _ in true } ?? false
  }

  func ban(on target: Ban.Target, in meeting: MeetingID) throws(StorageFault) -> Ban? {
    let (column, value) =
      switch target {
      case .account(let id): ("account", id.text)
      case .join(let id): ("join_id", id.text)
      case .invite(let id): ("invite", id.text)
      }
    return try db.one(
      """
      SELECT \(SQLiteSnapshot.banColumns) FROM bans b WHERE b.meeting = ? AND b.occurrence IS NULL AND b.\(column) = ?
        AND (b.expires_at IS NULL OR b.expires_at > ?)
      """, [.text(meeting.text), .text(value), .time(now)]
    ) { readBan($0, from: 0) }
  }

  func ban(_ id: BanID) throws(StorageFault) -> Ban? {
    try db.one("SELECT \(SQLiteSnapshot.banColumns) FROM bans b WHERE b.id = ?", [.text(id.text)]) {
      readBan($0, from: 0)
    }
  }
}

extension SQLiteTransaction {
  func replace(_ ban: Ban) throws(StorageFault) {
    let (account, join, invite): (Column, Column, Column) =
      switch ban.target {
      case .account(let id): (.text(id.text), .null, .null)
      case .join(let id): (.null, .text(id.text), .null)
      case .invite(let id): (.null, .null, .text(id.text))
      }
    let occurrence = ban.occurrence.map(Column.integer) ?? .null
    var reason = Column.null
    if let text = ban.reason, let salt = try auditSalt(of: ban.meeting.text) {
      reason = .blob(sealing.sealPersonal(Array(text.utf8), subjectSalt: salt))
    }
    try db.run(
      "DELETE FROM bans WHERE meeting = ?1 AND occurrence IS ?2 AND (account = ?3 OR join_id = ?4 OR invite = ?5)",
      [.text(ban.meeting.text), occurrence, account, join, invite])
    try db.run(
      """
      INSERT INTO bans (id, meeting, occurrence, account, join_id, reason, actor, created_at, expires_at, invite)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(ban.id.text), .text(ban.meeting.text), occurrence, account, join, reason, .text(ban.by),
        .time(ban.createdAt), .optional(ban.expiresAt), invite,
      ])
  }

  func delete(_ ban: BanID) throws(StorageFault) {
    try db.run("DELETE FROM bans WHERE id = ?", [.text(ban.text)])
  }
}
