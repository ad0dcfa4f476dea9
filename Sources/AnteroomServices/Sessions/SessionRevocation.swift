package import AnteroomCore

package enum SessionRevocation: Sendable {
  case done
  case notFound
  case invalidToken
  /// The bearer's session is good for enrolment alone.
  case secondFactorRequired
}

extension SessionService {
  /// The sessions of an account that stand, oldest first; nil where there is no such account. Whose they are to see was
  /// asked before.
  package func list(
    of id: AccountID, after cursor: Int64?, limit: Int
  ) async throws(StorageFault) -> (account: Account, page: Page<Session>)? {
    try await ports.store.read { snapshot throws(StorageFault) in
      guard let account = try snapshot.account(id) else { return nil }
      return (account, try snapshot.sessions(of: id, after: cursor, limit: limit))
    }
  }

  /// The session of the bearer, to mark it in a list.
  package func current(_ caller: Caller) -> SessionID? {
    guard let bearer = caller.bearer, bearer.kind == .session else { return nil }
    return SessionID(known: SessionID.prefix + bearer.name)
  }

  /// Ends one session of an account with the tickets made with it, the bearer's own too.
  package func revoke(_ id: SessionID, of account: AccountID, caller: Caller) async throws(StorageFault)
    -> SessionRevocation
  {
    let lifetime = ports.lifetime
    return try await ports.store.write { tx throws(StorageFault) -> SessionRevocation in
      let right = try tx.revocationRight(over: account, caller, idle: lifetime)
      guard case .may(let current) = right else { return right.refusal }
      guard let stored = try tx.session(id), stored.session.account == account else { return .notFound }
      let actor = try tx.actor(caller)
      try tx.endJoins(of: account, session: id, by: actor, request: caller.request)
      try tx.deleteSession(id)
      try tx.append(
        AuditEntry(
          .sessionEnded, by: actor, subject: account.text, request: caller.request, detail: [("session", id.text)]))
      if id != current { try tx.tellRevoked(1, of: account, by: current) }
      return .done
    }
  }

  /// Signs an account out everywhere else: whoever asks for it by a session stays signed in with that one. What is half
  /// done of a sign-in ends as well, or it would be whole a moment later.
  package func revokeAll(of account: AccountID, caller: Caller) async throws(StorageFault) -> SessionRevocation {
    let lifetime = ports.lifetime
    return try await ports.store.write { tx throws(StorageFault) -> SessionRevocation in
      let right = try tx.revocationRight(over: account, caller, idle: lifetime)
      guard case .may(let current) = right else { return right.refusal }
      guard try tx.account(account) != nil else { return .notFound }
      let actor = try tx.actor(caller)
      try tx.endJoins(of: account, except: current, by: actor, request: caller.request)
      let count = try tx.deleteSessions(of: account, except: current)
      try tx.deleteChallenges(of: account)
      guard count > 0 else { return .done }
      try tx.append(
        AuditEntry(
          .sessionEnded, by: actor, subject: account.text, request: caller.request,
          detail: [("sessions", String(count))] + (current.map { [("except", $0.text)] } ?? [])))
      try tx.tellRevoked(count, of: account, by: current)
      return .done
    }
  }
}

private enum RevocationRight: Sendable {
  /// With the session that asks; nil for an operator.
  case may(SessionID?)
  case invalidToken
  case secondFactorRequired

  var refusal: SessionRevocation {
    switch self {
    case .may: .done
    case .invalidToken: .invalidToken
    case .secondFactorRequired: .secondFactorRequired
    }
  }
}

extension Transaction {
  fileprivate func revocationRight(
    over account: AccountID, _ caller: Caller, idle lifetime: SessionLifetime
  ) throws(StorageFault) -> RevocationRight {
    if caller.actsAsOperator { return .may(nil) }
    switch try use(caller.bearer, idle: lifetime) {
    case .invalid: return .invalidToken
    case .enrolmentOnly: return .secondFactorRequired
    case .stands(let found): return found.account.id == account ? .may(found.session.id) : .invalidToken
    }
  }

  /// Who ends the own session signs out, and needs no telling.
  fileprivate func tellRevoked(
    _ count: Int, of account: AccountID, by current: SessionID?
  ) throws(StorageFault) {
    let who = current.map { ("session", $0.text) } ?? ("by", "operator")
    try notify(.sessionsRevoked, of: account, detail: [("sessions", String(count)), who])
  }
}
