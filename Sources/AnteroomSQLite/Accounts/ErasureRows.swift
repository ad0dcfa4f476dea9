import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func wasErased(_ username: Digest) throws(StorageFault) -> Bool {
    try db.one("SELECT 1 FROM erased_usernames WHERE digest = ?", [.digest(username)]) { _ in true } ?? false
  }
}

extension SQLiteTransaction {
  func noteErased(_ username: Digest) throws(StorageFault) {
    try db.run(
      "INSERT OR IGNORE INTO erased_usernames (digest, erased_at) VALUES (?, ?)", [.digest(username), .time(now)])
  }

  func erase(_ account: AccountID, barredAs digest: Digest) throws(StorageFault) {
    let id = [Column.text(account.text)]
    let joins = "(SELECT id FROM joins WHERE account = ?)"
    try db.run("DELETE FROM consents WHERE join_id IN \(joins)", id)
    try db.run("UPDATE events SET message = NULL WHERE join_id IN \(joins)", id)
    try db.run("DELETE FROM stays WHERE account = ?", id)
    // No session stands behind them any more, so a ticket without its digest is nobody's.
    try db.run(
      """
      UPDATE joins SET display_name = '', account = NULL, session = NULL, message = NULL, likeness = NULL,
        likeness_read = NULL, confusable_with = NULL, source = NULL, invite = NULL, deadline = NULL,
        ticket_digest = zeroblob(32), salt = zeroblob(16)
      WHERE account = ?
      """, id)
    // What a host wrote of the person goes; that somebody was barred stays.
    try db.run(
      "UPDATE bans SET account = ?, reason = NULL WHERE account = ?", [.text("erased_" + digest.hex)] + id)
    try db.run("DELETE FROM budgets WHERE account = ?", id)
    try db.run("DELETE FROM idempotency WHERE about = ?", id)
    try db.run("UPDATE meetings SET host = 'acct_erased' WHERE host = ? AND forgotten = 1", id)
    // Everything else that is an account's goes with it.
    try db.run("DELETE FROM accounts WHERE id = ?", id)
  }
}
