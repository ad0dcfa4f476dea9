import AnteroomCore

/// Looks at sessions and ends them.
package struct SessionService: Sendable {
  let ports: AccountPorts

  package init(ports: AccountPorts) {
    self.ports = ports
  }

  /// How a token stands, for a front end that was shown it. To introspect is not to use: the idle time goes on running.
  package func introspect(_ proof: TokenProof?) async throws(StorageFault) -> BearerStanding {
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(proof)
    }
  }

  /// How the caller's bearer stands now.
  package func standing(_ caller: Caller) async throws(StorageFault) -> BearerStanding {
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(caller.bearer)
    }
  }

  /// Notes that the caller's session is in use, where nothing that was written did: its idle time begins
  /// anew, at most once a minute. Who is in a meeting by a ticket uses the session that the ticket was made with, and
  /// would lose the way back after an hour otherwise.
  package func renew(_ caller: Caller) async throws(StorageFault) {
    let lifetime = ports.lifetime
    let isDue = try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.sessionInUse(by: caller)?.renewal(at: snapshot.now, lifetime) != nil
    }
    guard isDue else { return }
    try await ports.store.write { tx throws(StorageFault) in
      guard let session = try tx.sessionInUse(by: caller),
        let renewed = session.renewal(at: tx.now, lifetime)
      else { return }
      try tx.touch(session.id, idleExpiresAt: renewed)
    }
  }

  /// False where the token was none.
  package func signOut(_ caller: Caller) async throws(StorageFault) -> Bool {
    return try await ports.store.write { tx throws(StorageFault) in
      guard let found = try tx.authenticate(caller.bearer).session else { return false }
      try tx.endJoins(
        of: found.account.id, session: found.session.id, by: .account(found.account.id), request: caller.request)
      try tx.deleteSession(found.session.id)
      try tx.append(
        AuditEntry(
          .sessionEnded, by: .account(found.account.id), subject: found.account.id.text, request: caller.request,
          detail: [("session", found.session.id.text)]))
      return true
    }
  }
}

extension Snapshot {
  fileprivate func sessionInUse(by caller: Caller) throws(StorageFault) -> Session? {
    switch caller.bearer?.kind {
    case .session: try authenticate(caller.bearer).session?.session
    case .ticket:
      try ownJoin(caller.bearer, caller: caller)?.join.session
        .flatMap { id throws(StorageFault) in try session(id)?.session }
    case .challenge, .knownDevice, nil: nil
    }
  }
}
