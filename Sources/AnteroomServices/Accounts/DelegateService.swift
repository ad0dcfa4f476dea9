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
    try await change(frontEnd, as: .delegateAllowed, asksAnew: true, caller) { tx, account throws(StorageFault) in
      try tx.addDelegate(frontEnd, of: account)
    }
  }

  /// One that there is none of is taken back already.
  package func end(_ frontEnd: String, caller: Caller) async throws(StorageFault) -> DelegateResult {
    try await change(frontEnd, as: .delegateEnded, caller) { tx, account throws(StorageFault) in
      try tx.removeDelegate(frontEnd, of: account)
    }
  }

  private func change(
    _ frontEnd: String, as event: AuditEvent, asksAnew: Bool = false, _ caller: Caller,
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
        return .done
      }
    }
  }
}
