import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func account(of subject: Digest, issuer: String) throws(StorageFault) -> AccountID? {
    try db.one(
      "SELECT account FROM identities WHERE issuer = ? AND subject = ?", [.text(issuer), .digest(subject)]
    ) { AccountID(known: $0.text(0)) }
  }

  func identities(of account: AccountID) throws(StorageFault) -> [Identity] {
    try db.all(
      "SELECT issuer, created_at FROM identities WHERE account = ? ORDER BY created_at, issuer", [.text(account.text)]
    ) { Identity(issuer: $0.text(0), createdAt: $0.time(1)) }
  }
}

extension SQLiteTransaction {
  func bind(_ subject: Digest, issuer: String, to account: AccountID) throws(StorageFault) -> Bool {
    try db.run(
      "INSERT INTO identities (issuer, subject, account, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      [.text(issuer), .digest(subject), .text(account.text), .time(now)])
    return db.changesCount == 1
  }

  func unbind(issuer: String, from account: AccountID) throws(StorageFault) -> Bool {
    try db.run("DELETE FROM identities WHERE issuer = ? AND account = ?", [.text(issuer), .text(account.text)])
    return db.changesCount > 0
  }

  func spendIdentityToken(_ digest: Digest, expiresAt: Instant) throws(StorageFault) -> Bool {
    try db.run(
      "INSERT INTO spent_id_tokens (digest, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.digest(digest), .time(expiresAt)])
    return db.changesCount == 1
  }
}
