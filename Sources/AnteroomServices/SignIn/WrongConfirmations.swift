import AnteroomCore

extension Transaction {
  /// A session showed a wrong password or code of its account. After so many in a row it ends, with its tickets: whoever
  /// stole it and guesses is out before the account's own budget is anywhere near spent, and its owner has that for the
  /// next session. To be called in the transaction that counts the failure.
  func countWrongConfirmation(by session: Session, limit: Int, caller: Caller) throws(StorageFault) {
    guard try addWrongConfirmation(by: session.id) >= limit else { return }
    let account = session.account
    try endJoins(of: account, session: session.id, by: .system, request: caller.request)
    try deleteSession(session.id)
    try append(
      AuditEntry(
        .sessionEnded, by: .system, subject: account.text, request: caller.request,
        detail: [("session", session.id.text), ("reason", "wrong-confirmations"), ("failures", String(limit))]))
    try notify(
      .sessionsRevoked, of: account,
      detail: [
        ("sessions", "1"), ("by", "system"), ("reason", "wrong-confirmations"), ("ended", session.id.text),
        ("frontend", caller.frontEnd.name),
      ])
  }
}
