import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  /// Columns in the order that `readAccount` takes them, from `offset` on.
  static let accountColumns = """
    a.id, a.username, a.display_name, a.is_host, a.vouched, a.disabled, a.created_at, a.last_sign_in_at, a.version,
    EXISTS (SELECT 1 FROM authenticators t WHERE t.account = a.id AND t.confirmed = 1),
    a.profile, a.likeness, a.likeness_read, a.name_is_given
    """

  static func readAccount(_ row: Row, from offset: Int) -> Account {
    Account(
      id: AccountID(known: row.text(offset)), username: Username(known: row.text(offset + 1)),
      displayName: DisplayName(known: row.text(offset + 2)), isHost: row.flag(offset + 3),
      vouched: row.flag(offset + 4), disabled: row.flag(offset + 5), hasSecondFactor: row.flag(offset + 9),
      createdAt: row.time(offset + 6), lastSignInAt: row.optionalTime(offset + 7), version: row.integer(offset + 8),
      profile: row.optionalText(offset + 10),
      likeness: row.likeness(offset + 11, read: offset + 12), isNameGiven: row.flag(offset + 13))
  }

  func account(_ id: AccountID) throws(StorageFault) -> Account? {
    try db.one("SELECT \(SQLiteSnapshot.accountColumns) FROM accounts a WHERE a.id = ?", [.text(id.text)]) {
      SQLiteSnapshot.readAccount($0, from: 0)
    }
  }

  func credentials(named username: Username) throws(StorageFault) -> Credentials? {
    try credentials(where: "a.username = ?", username.text)
  }

  func credentials(of id: AccountID) throws(StorageFault) -> Credentials? {
    try credentials(where: "a.id = ?", id.text)
  }

  func anyCredentials() throws(StorageFault) -> Credentials? {
    try credentials(where: "a.seq > ? ORDER BY a.seq LIMIT 1", "0")
  }

  private func credentials(where condition: String, _ value: String) throws(StorageFault) -> Credentials? {
    try db.one(
      """
      SELECT a.password_hash, a.password_pepper, a.password_is_short, a.salt, a.recovery_failures,
        a.password_generation, a.is_reset,
        \(SQLiteSnapshot.accountColumns)
      FROM accounts a WHERE \(condition)
      """, [.text(value)]
    ) { row in
      let hash = row.optionalText(0).map { PasswordHash(phc: $0, pepperID: row.text(1)) }
      return Credentials(
        account: SQLiteSnapshot.readAccount(row, from: 7), hash: hash, passwordIsShort: row.flag(2), salt: row.blob(3),
        recoveryFailures: row.count(4), passwordGeneration: row.integer(5),
        isReset: row.flag(6))
    }
  }

  func accounts(after cursor: Int64?, limit: Int, username: Username?) throws(StorageFault) -> Page<Account> {
    try db.page(
      """
      SELECT a.seq, \(SQLiteSnapshot.accountColumns) FROM accounts a
      WHERE a.seq > ? AND (?2 IS NULL OR a.username = ?2) ORDER BY a.seq LIMIT ?
      """, [.integer(cursor ?? 0), .optional(username?.text)], limit: limit
    ) { SQLiteSnapshot.readAccount($0, from: 1) }
  }

  func accountsWithoutLikeness(limit: Int) throws(StorageFault) -> [Account] {
    try db.all(
      "SELECT \(SQLiteSnapshot.accountColumns) FROM accounts a WHERE a.likeness IS NULL LIMIT ?",
      [.integer(Int64(limit))]
    ) { SQLiteSnapshot.readAccount($0, from: 0) }
  }

  func passwordCounts() throws(StorageFault) -> [String: Int] {
    let counts = try db.all(
      "SELECT password_pepper, count(*) FROM accounts WHERE password_pepper IS NOT NULL GROUP BY password_pepper", []
    ) { ($0.text(0), $0.count(1)) }
    return Dictionary(uniqueKeysWithValues: counts)
  }

  func accountCount() throws(StorageFault) -> Int {
    try db.one("SELECT count(*) FROM accounts WHERE seq > 0", []) { $0.count(0) } ?? 0
  }

  func authenticator(of account: AccountID, confirmed: Bool) throws(StorageFault) -> Authenticator? {
    try db.one(
      """
      SELECT id, secret, last_step, failures, disabled, expires_at, replayed_step FROM authenticators
      WHERE account = ? AND confirmed = ? AND (confirmed = 1 OR expires_at > ?)
      """, [.text(account.text), .flag(confirmed), .time(now)]
    ) { row in
      Authenticator(
        id: AuthenticatorID(known: row.text(0)), account: account, sealedSecret: row.blob(1), confirmed: confirmed,
        state: AuthenticatorState(
          lastStep: row.integer(2), failures: row.count(3), disabled: row.flag(4), replayedStep: row.integer(6)),
        expiresAt: row.optionalTime(5))
    }
  }

  func setupCode(of account: AccountID) throws(StorageFault) -> SetupCode? {
    try db.one("SELECT digest, expires_at, used FROM setup_codes WHERE account = ?", [.text(account.text)]) { row in
      SetupCode(digest: row.digest(0), expiresAt: row.time(1), isUsed: row.flag(2))
    }
  }

  func importMark(of account: AccountID) throws(StorageFault) -> Digest? {
    try db.one(
      "SELECT import_mark FROM accounts WHERE id = ? AND import_mark IS NOT NULL", [.text(account.text)]
    ) { $0.digest(0) }
  }

  func knownDevice(_ id: String) throws(StorageFault) -> KnownDevice? {
    try db.one("SELECT account, digest, failures, expires_at FROM known_devices WHERE id = ?", [.text(id)]) { row in
      KnownDevice(
        id: id, account: AccountID(known: row.text(0)), digest: row.digest(1), failures: row.count(2),
        expiresAt: row.time(3))
    }
  }
}

extension SQLiteTransaction {
  func insert(_ account: Account, salt: [UInt8]) throws(StorageFault) -> Bool {
    try db.run(
      """
      INSERT INTO accounts (id, username, display_name, is_host, vouched, disabled, created_at, salt, version,
        profile, likeness, likeness_read, name_is_given)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (username) DO NOTHING
      """,
      [
        .text(account.id.text), .text(account.username.text), .text(account.displayName.text), .flag(account.isHost),
        .flag(account.vouched), .flag(account.disabled), .time(account.createdAt), .blob(salt),
        .integer(account.version), .optional(account.profile), .optional(account.likeness?.asSeen),
        .optional(account.likeness?.asReadElse), .flag(account.isNameGiven),
      ])
    return db.changesCount == 1
  }

  func update(_ account: Account) throws(StorageFault) {
    try db.run(
      """
      UPDATE accounts SET display_name = ?, is_host = ?, vouched = ?, disabled = ?, last_sign_in_at = ?, version = ?,
        profile = ?, likeness = ?, likeness_read = ?, name_is_given = ?
      WHERE id = ?
      """,
      [
        .text(account.displayName.text), .flag(account.isHost), .flag(account.vouched), .flag(account.disabled),
        .optional(account.lastSignInAt), .integer(account.version), .optional(account.profile),
        .optional(account.likeness?.asSeen), .optional(account.likeness?.asReadElse), .flag(account.isNameGiven),
        .text(account.id.text),
      ])
  }

  func setPassword(_ hash: PasswordHash, isShort: Bool, of account: AccountID) throws(StorageFault) {
    try db.run(
      """
      UPDATE accounts SET password_hash = ?, password_pepper = ?, password_is_short = ?, is_reset = 0,
        password_generation = password_generation + 1 WHERE id = ?
      """, [.text(hash.phc), .text(hash.pepperID), .flag(isShort), .text(account.text)])
  }

  func replaceHash(_ hash: PasswordHash, isShort: Bool, of account: AccountID) throws(StorageFault) {
    try db.run(
      "UPDATE accounts SET password_hash = ?, password_pepper = ?, password_is_short = ? WHERE id = ?",
      [.text(hash.phc), .text(hash.pepperID), .flag(isShort), .text(account.text)])
  }

  func clearPassword(of account: AccountID) throws(StorageFault) {
    try db.run(
      """
      UPDATE accounts SET password_hash = NULL, password_pepper = NULL, password_is_short = 0, is_reset = 1,
        password_generation = password_generation + 1 WHERE id = ?
      """, [.text(account.text)])
  }

  func setImportMark(_ mark: Digest, of account: AccountID) throws(StorageFault) {
    try db.run("UPDATE accounts SET import_mark = ? WHERE id = ?", [.digest(mark), .text(account.text)])
  }

  func setSetupCode(_ code: SetupCode?, of account: AccountID) throws(StorageFault) {
    guard let code else { return try db.run("DELETE FROM setup_codes WHERE account = ?", [.text(account.text)]) }
    try db.run(
      "INSERT OR REPLACE INTO setup_codes (account, digest, expires_at) VALUES (?, ?, ?)",
      [.text(account.text), .digest(code.digest), .time(code.expiresAt)])
  }

  func spendSetupCode(of account: AccountID) throws(StorageFault) {
    try db.run("UPDATE setup_codes SET used = 1 WHERE account = ?", [.text(account.text)])
  }

  func insert(pending authenticator: Authenticator) throws(StorageFault) {
    try db.run(
      "DELETE FROM authenticators WHERE account = ? AND confirmed = 0", [.text(authenticator.account.text)])
    try db.run(
      """
      INSERT INTO authenticators (id, account, secret, confirmed, last_step, failures, disabled, expires_at)
      VALUES (?, ?, ?, 0, ?, ?, ?, ?)
      """,
      [
        .text(authenticator.id.text), .text(authenticator.account.text), .blob(authenticator.sealedSecret),
        .integer(authenticator.state.lastStep), .integer(Int64(authenticator.state.failures)),
        .flag(authenticator.state.disabled), .optional(authenticator.expiresAt),
      ])
  }

  func update(_ authenticator: Authenticator) throws(StorageFault) {
    try db.run(
      "UPDATE authenticators SET last_step = ?, failures = ?, disabled = ?, replayed_step = ? WHERE id = ?",
      [
        .integer(authenticator.state.lastStep), .integer(Int64(authenticator.state.failures)),
        .flag(authenticator.state.disabled), .integer(authenticator.state.replayedStep), .text(authenticator.id.text),
      ])
  }

  func confirm(_ authenticator: Authenticator) throws(StorageFault) {
    try db.run(
      "DELETE FROM authenticators WHERE account = ? AND id <> ?",
      [.text(authenticator.account.text), .text(authenticator.id.text)])
    try db.run(
      "UPDATE authenticators SET confirmed = 1, expires_at = NULL WHERE id = ?", [.text(authenticator.id.text)])
  }

  func delete(_ authenticator: AuthenticatorID) throws(StorageFault) {
    try db.run("DELETE FROM authenticators WHERE id = ?", [.text(authenticator.text)])
  }

  func deleteSecondFactor(of account: AccountID) throws(StorageFault) {
    try db.run("DELETE FROM authenticators WHERE account = ?", [.text(account.text)])
    try db.run("DELETE FROM recovery_codes WHERE account = ?", [.text(account.text)])
    try setRecoveryFailures(0, of: account)
  }

  func replaceRecoveryCodes(_ digests: [Digest], of account: AccountID) throws(StorageFault) {
    try db.run("DELETE FROM recovery_codes WHERE account = ?", [.text(account.text)])
    for digest in digests {
      try db.run(
        "INSERT INTO recovery_codes (account, digest) VALUES (?, ?)", [.text(account.text), .digest(digest)])
    }
  }

  func useRecoveryCode(_ digest: Digest, of account: AccountID) throws(StorageFault) -> RecoveryCodeUse {
    let code: [Column] = [.text(account.text), .digest(digest)]
    let used = try db.one("SELECT used FROM recovery_codes WHERE account = ? AND digest = ?", code) { $0.flag(0) }
    guard let used else { return .unknown }
    if used { return .usedBefore }
    try db.run("UPDATE recovery_codes SET used = 1 WHERE account = ? AND digest = ?", code)
    return .used
  }

  func setRecoveryFailures(_ count: Int, of account: AccountID) throws(StorageFault) {
    try db.run(
      "UPDATE accounts SET recovery_failures = ? WHERE id = ?", [.integer(Int64(count)), .text(account.text)])
  }

  func insert(_ device: KnownDevice) throws(StorageFault) {
    try db.run(
      "INSERT INTO known_devices (id, account, digest, failures, expires_at) VALUES (?, ?, ?, ?, ?)",
      [
        .text(device.id), .text(device.account.text), .digest(device.digest), .integer(Int64(device.failures)),
        .time(device.expiresAt),
      ])
    try db.run(
      """
      DELETE FROM known_devices WHERE id IN (
        SELECT id FROM known_devices WHERE account = ? ORDER BY expires_at DESC, id = ? DESC LIMIT -1 OFFSET ?)
      """, [.text(device.account.text), .text(device.id), .integer(Int64(SignInPolicy.knownDevices))])
  }

  func setFailures(_ count: Int, ofKnownDevice id: String) throws(StorageFault) {
    try db.run("UPDATE known_devices SET failures = ? WHERE id = ?", [.integer(Int64(count)), .text(id)])
  }

  func deleteKnownDevice(_ id: String) throws(StorageFault) {
    try db.run("DELETE FROM known_devices WHERE id = ?", [.text(id)])
  }

  func deleteKnownDevices(of account: AccountID) throws(StorageFault) {
    try db.run("DELETE FROM known_devices WHERE account = ?", [.text(account.text)])
  }
}
