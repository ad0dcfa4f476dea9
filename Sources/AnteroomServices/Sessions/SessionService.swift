import AnteroomCore

/// Looks at sessions and ends them.
package struct SessionService: Sendable {
  let ports: AccountPorts

  package init(ports: AccountPorts) {
    self.ports = ports
  }

  /// How a token stands, for a front end that was shown it. To introspect is not to use: the idle time goes on running.
  package func introspect(_ proof: TokenProof?) async throws(StorageFault) -> BearerStanding {
    let lifetime = ports.lifetime
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(proof, idle: lifetime)
    }
  }

  /// How the caller's bearer stands now.
  package func standing(_ caller: Caller) async throws(StorageFault) -> BearerStanding {
    let lifetime = ports.lifetime
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(caller.bearer, idle: lifetime)
    }
  }

  /// Notes that the caller's session is in use, where nothing that was written did: its idle time begins
  /// anew, at most once a minute.
  package func renew(_ caller: Caller) async throws(StorageFault) {
    let lifetime = ports.lifetime
    let isDue = try await ports.store.read { snapshot throws(StorageFault) in
      guard let found = try snapshot.authenticate(caller.bearer, idle: lifetime).session else { return false }
      return found.session.renewal(at: snapshot.now, lifetime) != nil
    }
    guard isDue else { return }
    try await ports.store.write { tx throws(StorageFault) in _ = try tx.use(caller.bearer, idle: lifetime) }
  }

  /// False where the token was none.
  package func signOut(_ caller: Caller) async throws(StorageFault) -> Bool {
    let lifetime = ports.lifetime
    return try await ports.store.write { tx throws(StorageFault) in
      guard let found = try tx.authenticate(caller.bearer, idle: lifetime).session else { return false }
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
