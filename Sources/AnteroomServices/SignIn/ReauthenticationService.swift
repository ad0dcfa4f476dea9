package import AnteroomCore
package import SecretMemory

package enum ReauthenticationResult: ~Copyable, Sendable {
  case shown(Session, Account, token: BearerToken)
  /// Neither password nor code.
  case nothingShown
  case refused(CredentialRefusal)
}

/// Shows the factors of a session again. The session stays, with its tickets; its token is another, so that one that
/// was stolen is worth nothing from here on.
package struct ReauthenticationService: Sendable {
  let ports: AccountPorts
  let passwords: PasswordConfirmation

  package init(ports: AccountPorts, queue: AttemptQueue) {
    self.ports = ports
    self.passwords = PasswordConfirmation(ports: ports, queue: queue)
  }

  private struct Standing: Sendable {
    let session: Session
    let account: Account
    let authenticator: Authenticator?
  }

  private enum Code: Sendable {
    case none
    case matched(AuthenticatorID, step: Int64?)
  }

  /// The account's second factor has to be shown where it has one; a password alone says nothing new then, though a
  /// wrong one is refused. The password goes first, so that no code is spent on a guess.
  package func show(
    password: consuming SecretBytes?, code: consuming OneTimeCode?, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> ReauthenticationResult {
    let found: Standing
    switch try await standing(caller) {
    case .refused(let refusal): return .refused(refusal)
    case .stands(let standing): found = standing
    }
    var isAnythingShown = false
    var isPasswordShown = false
    var isCodeShown = false
    var shown = Code.none
    if let code {
      isCodeShown = true
      isAnythingShown = true
      guard let authenticator = found.authenticator else { return .refused(.invalidCredentials) }
      shown = .matched(authenticator.id, step: ports.matchedStep(code, authenticator))
    }
    if let password {
      isAnythingShown = true
      switch try await passwords.confirm(password, isAll: !isCodeShown, origin: origin, caller: caller) {
      case .right: isPasswordShown = true
      case .refused(let refusal): return .refused(refusal)
      }
    }
    if !isAnythingShown { return .nothingShown }
    if case .none = shown, found.account.hasSecondFactor { return .refused(.secondFactorRequired) }
    return try await settle(shown, isPasswordShown, of: found, origin: origin, caller: caller)
  }

  private enum Opening: Sendable {
    case refused(CredentialRefusal)
    case stands(Standing)
  }

  private func standing(_ caller: Caller) async throws(StorageFault) -> Opening {
    return try await ports.store.read { snapshot throws(StorageFault) in
      switch try snapshot.authenticate(caller.bearer) {
      case .invalid: return .refused(.invalidToken)
      case .enrolmentOnly: return .refused(.secondFactorRequired)
      case .stands(let found):
        return .stands(
          Standing(
            session: found.session, account: found.account,
            authenticator: try snapshot.authenticator(of: found.account.id, confirmed: true)))
      }
    }
  }

  private enum Settled: Sendable { case shown(Session, Account), refused(CredentialRefusal) }

  private func settle(
    _ code: Code, _ isPasswordShown: Bool, of found: Standing, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> ReauthenticationResult {
    let name = String(found.session.id.text.dropFirst(SessionID.prefix.count))
    let minted = ports.mint.mint(.session, name: name)
    let digest = minted.digest
    let lifetime = ports.lifetime
    let source = ports.limiter.sourceDigest(origin)
    let limit = ports.limiter.wrongConfirmations
    let outcome = try await ports.store.write { tx throws(StorageFault) -> Settled in
      // The token is compared once more: of many who show it at once the first gets the next one.
      guard case .stands(let now) = try tx.use(caller.bearer, idle: lifetime), now.session.id == found.session.id,
        let credentials = try tx.credentials(of: now.account.id)
      else { return .refused(.invalidToken) }
      var session = now.session
      switch code {
      case .none: if now.account.hasSecondFactor { return .refused(.secondFactorRequired) }
      case .matched(let authenticator, let step):
        guard try tx.show(step, to: authenticator, of: credentials, caller: caller) else {
          try tx.countRefusal(source: source, code: "wrong-second-factor")
          try tx.countWrongConfirmation(by: now.session, limit: limit, caller: caller)
          return .refused(.invalidCredentials)
        }
        session = lifetime.gainingSecondFactor(session, at: tx.now)
      }
      session.authenticatedAt = tx.now
      if isPasswordShown { session.fullyShownAt = tx.now }
      session.idleExpiresAt = min(tx.now.adding(seconds: lifetime.idle(of: session)), session.expiresAt)
      try tx.update(session, digest: digest)
      try tx.clearWrongConfirmations(by: session.id)
      try tx.append(
        AuditEntry(
          .sessionReauthenticated, by: .account(now.account.id), subject: now.account.id.text, request: caller.request,
          detail: [
            ("session", session.id.text), ("factors", String(session.factors)), ("frontend", caller.frontEnd.name),
          ]))
      return .shown(session, now.account)
    }
    switch outcome {
    case .refused(let refusal): return .refused(refusal)
    case .shown(let session, let account): return .shown(session, account, token: minted.token)
    }
  }
}
