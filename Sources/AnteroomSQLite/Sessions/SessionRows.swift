import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let sessionColumns =
    "id, account, factors, methods, created_at, authenticated_at, expires_at, idle_expires_at, fully_shown_at, used_at"

  /// As it stands under the limits of now: nobody sees a session that would live on under longer ones of before.
  private func readSession(_ row: Row) -> Session {
    let methods = row.text(4).split(separator: " ").compactMap { SignInMethod(rawValue: String($0)) }
    let stored = Session(
      id: SessionID(known: row.text(1)), account: AccountID(known: row.text(2)), factors: row.count(3),
      methods: methods, createdAt: row.time(5), authenticatedAt: row.time(6), fullyShownAt: row.time(9),
      expiresAt: row.time(7), idleExpiresAt: row.time(8), usedAt: row.optionalTime(10))
    return lifetime.limiting(stored)
  }

  func session(_ id: SessionID) throws(StorageFault) -> StoredSession? {
    try db.one(
      "SELECT digest, \(SQLiteSnapshot.sessionColumns) FROM sessions WHERE id = ?", [.text(id.text)]
    ) { row in
      StoredSession(session: readSession(row), digest: row.digest(0))
    }
  }

  /// The cursor is the time of the sign-in and a count of those in the same millisecond, as they are for many that
  /// signed in at once.
  func sessions(of account: AccountID, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<Session> {
    let page = try db.page(
      """
      SELECT place, \(SQLiteSnapshot.sessionColumns) FROM (
        SELECT created_at * 100000 + row_number() OVER (PARTITION BY created_at ORDER BY id) AS place,
          \(SQLiteSnapshot.sessionColumns)
        FROM sessions WHERE account = ?1 AND expires_at > ?2 AND idle_expires_at > ?2)
      WHERE place > ?3 ORDER BY place LIMIT ?4
      """, [.text(account.text), .time(now), .integer(cursor ?? 0)], limit: limit, readSession)
    return Page(items: page.items.filter { $0.isLive(at: now) }, next: page.next)
  }

  func sessions(of account: AccountID, beyond count: Int) throws(StorageFault) -> [SessionID] {
    try db.all(
      "SELECT id FROM sessions WHERE account = ? ORDER BY idle_expires_at DESC, created_at DESC LIMIT -1 OFFSET ?",
      [.text(account.text), .integer(Int64(count))]
    ) { SessionID(known: $0.text(0)) }
  }

  func challenge(_ id: ChallengeID) throws(StorageFault) -> Challenge? {
    try db.one(
      "SELECT account, digest, expires_at, known_device, issuer FROM challenges WHERE id = ?", [.text(id.text)]
    ) { row in
      Challenge(
        id: id, account: AccountID(known: row.text(0)), digest: row.digest(1), expiresAt: row.time(2),
        knownDevice: row.optionalText(3), issuer: row.optionalText(4))
    }
  }

  func sessionCount() throws(StorageFault) -> Int {
    try db.one(
      """
      SELECT count(*) FROM sessions
      WHERE expires_at > ?1 AND idle_expires_at > ?1 AND created_at > ?2 AND (used_at IS NULL OR used_at > ?3)
      """,
      [
        .time(now), .time(now.adding(seconds: -lifetime.maxSeconds)), .time(now.adding(seconds: -lifetime.idleSeconds)),
      ]
    ) { $0.count(0) } ?? 0
  }
}

extension SQLiteTransaction {
  func insert(_ session: Session, digest: Digest) throws(StorageFault) {
    try db.run(
      """
      INSERT INTO sessions
        (id, account, digest, factors, methods, created_at, authenticated_at, expires_at, idle_expires_at,
          fully_shown_at, used_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(session.id.text), .text(session.account.text), .digest(digest), .integer(Int64(session.factors)),
        .text(session.methods.map(\.rawValue).joined(separator: " ")), .time(session.createdAt),
        .time(session.authenticatedAt), .time(session.expiresAt), .time(session.idleExpiresAt),
        .time(session.fullyShownAt), .time(now),
      ])
  }

  func update(_ session: Session, digest: Digest) throws(StorageFault) {
    try db.run(
      """
      UPDATE sessions SET digest = ?, factors = ?, methods = ?, authenticated_at = ?, expires_at = ?,
        idle_expires_at = ?, fully_shown_at = ?, used_at = ?
      WHERE id = ?
      """,
      [
        .digest(digest), .integer(Int64(session.factors)),
        .text(session.methods.map(\.rawValue).joined(separator: " ")), .time(session.authenticatedAt),
        .time(session.expiresAt), .time(session.idleExpiresAt), .time(session.fullyShownAt), .time(now),
        .text(session.id.text),
      ])
  }

  func touch(_ id: SessionID, idleExpiresAt: Instant) throws(StorageFault) {
    try db.run(
      "UPDATE sessions SET idle_expires_at = ?, used_at = ? WHERE id = ?",
      [.time(idleExpiresAt), .time(now), .text(id.text)])
  }

  func addWrongConfirmation(by id: SessionID) throws(StorageFault) -> Int {
    try db.run("UPDATE sessions SET wrong_confirmations = wrong_confirmations + 1 WHERE id = ?", [.text(id.text)])
    return try db.one("SELECT wrong_confirmations FROM sessions WHERE id = ?", [.text(id.text)]) { $0.count(0) } ?? 0
  }

  func clearWrongConfirmations(by id: SessionID) throws(StorageFault) {
    try db.run(
      "UPDATE sessions SET wrong_confirmations = 0 WHERE id = ? AND wrong_confirmations > 0", [.text(id.text)])
  }

  func deleteSession(_ id: SessionID) throws(StorageFault) {
    try db.run("DELETE FROM sessions WHERE id = ?", [.text(id.text)])
  }

  func deleteSessions(of account: AccountID, except kept: SessionID?) throws(StorageFault) -> Int {
    try db.run(
      "DELETE FROM sessions WHERE account = ? AND id <> ?", [.text(account.text), .text(kept?.text ?? "")])
    return db.changesCount
  }

  func insert(_ challenge: Challenge) throws(StorageFault) {
    try db.run(
      "INSERT INTO challenges (id, account, digest, expires_at, known_device, issuer) VALUES (?, ?, ?, ?, ?, ?)",
      [
        .text(challenge.id.text), .text(challenge.account.text), .digest(challenge.digest),
        .time(challenge.expiresAt), .optional(challenge.knownDevice), .optional(challenge.issuer),
      ])
  }

  func deleteChallenge(_ id: ChallengeID) throws(StorageFault) {
    try db.run("DELETE FROM challenges WHERE id = ?", [.text(id.text)])
  }

  func deleteChallenges(of account: AccountID) throws(StorageFault) {
    try db.run("DELETE FROM challenges WHERE account = ?", [.text(account.text)])
  }

  func deleteExpired() throws(StorageFault) {
    try db.run(
      "DELETE FROM sessions WHERE expires_at <= ?1 OR idle_expires_at <= ?1 OR created_at <= ?2 OR used_at <= ?3",
      [
        .time(now), .time(now.adding(seconds: -lifetime.maxSeconds)), .time(now.adding(seconds: -lifetime.idleSeconds)),
      ])
    try db.run(
      "DELETE FROM authenticators WHERE confirmed = 0 AND (expires_at IS NULL OR expires_at <= ?)", [.time(now)])
    for table in ["setup_codes", "challenges", "known_devices", "redeemed_grants", "idempotency", "spent_id_tokens"] {
      try db.run("DELETE FROM \(table) WHERE expires_at <= ?", [.time(now)])
    }
  }
}
