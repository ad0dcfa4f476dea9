import AnteroomCore

package enum DelegateResult: Hashable, Sendable {
  case done
  case invalidToken
  case secondFactorRequired
  case reauthenticationRequired
}

/// Whom a person lets make, change and end meetings in its name: front ends that schedule. What they do so is the
/// front end's in the audit, and never opens a meeting up.
package struct DelegateService: Sendable {
  let ports: AccountPorts

  package init(ports: AccountPorts) {
    self.ports = ports
  }

  package func allow(_ frontEnd: String, caller: Caller) async throws(StorageFault) -> DelegateResult {
    // It outlives the session that gives it: one that was taken must not.
    try await change(frontEnd, as: .delegateAllowed, telling: .delegateAllowed, asksAnew: true, caller) {
      tx, account throws(StorageFault) in
      try tx.addDelegate(frontEnd, of: account)
    }
  }

  /// One that there is none of is taken back already.
  package func end(_ frontEnd: String, caller: Caller) async throws(StorageFault) -> DelegateResult {
    try await change(frontEnd, as: .delegateEnded, telling: .delegateEnded, caller) {
      tx, account throws(StorageFault) in
      try tx.removeDelegate(frontEnd, of: account)
    }
  }

  private func change(
    _ frontEnd: String, as event: AuditEvent, telling notification: NotificationEvent, asksAnew: Bool = false,
    _ caller: Caller,
    _ body: @escaping @Sendable (any Transaction, AccountID) throws(StorageFault) -> Bool
  ) async throws(StorageFault) -> DelegateResult {
    let lifetime = ports.lifetime
    return try await ports.store.write { tx throws(StorageFault) -> DelegateResult in
      switch try tx.use(caller.bearer, idle: lifetime) {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands(let found):
        let id = found.account.id
        let policy = tx.policies.effective(
          profile: found.account.profile ?? PolicyBook.startingProfile, hostProfile: found.account.profile, own: [:]
        ).policy
        if asksAnew && !policy.isSteppedUp(found.session, of: found.account, at: tx.now) {
          return .reauthenticationRequired
        }
        guard try body(tx, id) else { return .done }
        try tx.append(
          AuditEntry(
            event, by: .account(id), subject: id.text, request: caller.request, detail: [("frontend", frontEnd)]))
        // It goes on when the session is over, so the owner hears of it as of a new factor.
        try tx.notify(
          notification, of: id,
          detail: [
            ("delegate", frontEnd), ("frontend", caller.frontEnd.name), ("session", found.session.id.text),
          ])
        return .done
      }
    }
  }
}

extension Transaction {
  /// Nobody schedules any more for an account whose credentials were reset: who allowed it may have been whoever had
  /// them before.
  func endDelegates(
    of account: AccountID, by actor: AuditActor, request: RequestID?
  ) throws(StorageFault) {
    for delegate in try delegates(of: account) {
      guard try removeDelegate(delegate.frontEnd, of: account) else { continue }
      try append(
        AuditEntry(
          .delegateEnded, by: actor, subject: account.text, request: request,
          detail: [("frontend", delegate.frontEnd), ("by", "reset")]))
      try notify(.delegateEnded, of: account, detail: [("delegate", delegate.frontEnd), ("by", "reset")])
    }
  }
}
