import AnteroomCore

extension Transaction {
  /// Ends what the old credentials of an account opened: its sessions, with their tickets and grants, half-done
  /// sign-ins and enrolments, and known devices. The session that made the change may go on, with what was made with it.
  func endAccess(
    of account: AccountID, except kept: SessionID? = nil, by actor: AuditActor, request: RequestID?
  ) throws(StorageFault) {
    try endJoins(of: account, except: kept, by: actor, request: request)
    _ = try deleteSessions(of: account, except: kept)
    try deleteChallenges(of: account)
    if let pending = try authenticator(of: account, confirmed: false) { try delete(pending.id) }
    try deleteKnownDevices(of: account)
  }
}
