import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let inviteColumns = """
    i.id, i.meeting, i.label, i.account, i.role, i.uses, i.used, i.expires_at, i.bypasses_waiting_room,
    i.display_name, i.created_at
    """

  private static func readInvite(_ row: Row, from offset: Int) -> Invite {
    Invite(
      id: InviteID(known: row.text(offset)), meeting: MeetingID(known: row.text(offset + 1)),
      label: row.optionalText(offset + 2), account: row.optionalText(offset + 3).map { AccountID(known: $0) },
      role: known(row.text(offset + 4)), uses: row.optionalInteger(offset + 5).map { Int($0) },
      used: row.count(offset + 6),
      expiresAt: row.optionalTime(offset + 7), bypassesWaitingRoom: row.flag(offset + 8),
      displayName: row.optionalText(offset + 9).map { DisplayName(known: $0) }, createdAt: row.time(offset + 10))
  }

  func invite(_ code: Digest) throws(StorageFault) -> Invite? {
    try db.one("SELECT \(SQLiteSnapshot.inviteColumns) FROM invites i WHERE i.digest = ?", [.digest(code)]) {
      SQLiteSnapshot.readInvite($0, from: 0)
    }
  }

  func invite(_ id: InviteID) throws(StorageFault) -> Invite? {
    try db.one("SELECT \(SQLiteSnapshot.inviteColumns) FROM invites i WHERE i.id = ?", [.text(id.text)]) {
      SQLiteSnapshot.readInvite($0, from: 0)
    }
  }

  func invite(of account: AccountID, to meeting: MeetingID) throws(StorageFault) -> Invite? {
    try db.one(
      "SELECT \(SQLiteSnapshot.inviteColumns) FROM invites i WHERE i.account = ? AND i.meeting = ?",
      [.text(account.text), .text(meeting.text)]
    ) { SQLiteSnapshot.readInvite($0, from: 0) }
  }

  func invites(naming account: AccountID, limit: Int) throws(StorageFault) -> [Invite] {
    try db.all(
      "SELECT \(SQLiteSnapshot.inviteColumns) FROM invites i WHERE i.account = ? ORDER BY i.seq DESC LIMIT ?",
      [.text(account.text), .integer(Int64(limit))]
    ) { SQLiteSnapshot.readInvite($0, from: 0) }
  }

  func invites(to meeting: MeetingID, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<Invite> {
    try db.page(
      "SELECT i.seq, \(SQLiteSnapshot.inviteColumns) FROM invites i WHERE i.meeting = ? AND i.seq > ? ORDER BY i.seq LIMIT ?",
      [.text(meeting.text), .integer(cursor ?? 0)], limit: limit
    ) { SQLiteSnapshot.readInvite($0, from: 1) }
  }

  /// As `Invite.isGood` says it; `?1` is the time.
  static let inviteIsGood = "(i.uses IS NULL OR i.used < i.uses) AND (i.expires_at IS NULL OR i.expires_at > ?1)"

  func inviteCount(of meeting: MeetingID) throws(StorageFault) -> (all: Int, good: Int) {
    try db.one(
      "SELECT count(*), coalesce(sum(\(SQLiteSnapshot.inviteIsGood)), 0) FROM invites i WHERE i.meeting = ?2",
      [.time(now), .text(meeting.text)]
    ) { row in (all: row.count(0), good: row.count(1)) } ?? (0, 0)
  }
}

extension SQLiteTransaction {
  func insert(_ invite: Invite, code: Digest?) throws(StorageFault) -> Bool {
    try db.run(
      """
      INSERT INTO invites (id, meeting, digest, account, label, role, uses, used, bypasses_waiting_room, display_name,
        expires_at, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .text(invite.id.text), .text(invite.meeting.text), code.map(Column.digest) ?? .null,
        .optional(invite.account?.text), .optional(invite.label), .text(invite.role.rawValue),
        invite.uses.map { .integer(Int64($0)) } ?? .null, .integer(Int64(invite.used)),
        .flag(invite.bypassesWaitingRoom), .optional(invite.displayName?.text), .optional(invite.expiresAt),
        .time(invite.createdAt),
      ])
    return db.changesCount == 1
  }

  func update(_ invite: Invite) throws(StorageFault) {
    try db.run(
      "UPDATE invites SET used = ? WHERE id = ?", [.integer(Int64(invite.used)), .text(invite.id.text)])
  }

  func delete(_ invite: InviteID) throws(StorageFault) {
    try db.run("DELETE FROM invites WHERE id = ?", [.text(invite.text)])
  }

  func note(source: Int64, of invite: InviteID) throws(StorageFault) -> Int {
    try db.run(
      "INSERT OR IGNORE INTO invite_sources (invite, source) VALUES (?, ?)",
      [.text(invite.text), .integer(source)])
    if db.changesCount == 0 { return 0 }
    return try db.one("SELECT count(*) FROM invite_sources WHERE invite = ?", [.text(invite.text)]) { $0.count(0) }
      ?? 0
  }
}
