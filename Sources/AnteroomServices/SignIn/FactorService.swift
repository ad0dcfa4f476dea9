package import AnteroomCore
package import SecretMemory

package enum FactorRefusal: Hashable, Sendable {
  case credentials(CredentialRefusal)
  /// There is no second factor.
  case conflict
  /// The password is too short to stand alone.
  case passwordTooShort
}

package enum RecoveryCodesResult: Sendable {
  case replaced([String])
  case refused(FactorRefusal)
}

package enum FactorResetResult: Sendable {
  case reset(StartedReset)
  case notFound
  /// There is no second factor to take off.
  case conflict
}

/// Takes the second factor off, and makes its recovery codes anew: by whoever shows password and code, and where the
/// factor is lost by an operator, who gets nothing that opens the account by itself.
package struct FactorService: Sendable {
  let ports: AccountPorts
  let passwords: PasswordConfirmation

  package init(ports: AccountPorts, queue: AttemptQueue) {
    self.ports = ports
    self.passwords = PasswordConfirmation(ports: ports, queue: queue)
  }

  /// The session goes on with one factor, all else of the account ends. Not while the password is one that only a
  /// second factor makes long enough; that is said to who showed it, and spends no code.
  package func remove(
    password: consuming SecretBytes?, code: consuming OneTimeCode, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> FactorRefusal? {
    try await showingBoth(
      password, code, origin: origin, caller: caller,
      objection: { $0.passwordIsShort ? .passwordTooShort : nil },
      effect: { tx, session, credentials throws(StorageFault) in
        var account = credentials.account
        try tx.deleteSecondFactor(of: account.id)
        // Its joins too: a host's ticket would go on with what the session showed.
        try tx.endJoins(of: account.id, by: .account(account.id), request: caller.request)
        try tx.endAccess(of: account.id, except: session.id, by: .account(account.id), request: caller.request)
        try tx.loseSecondFactor(session)
        account.hasSecondFactor = false
        account.version += 1
        try tx.update(account)
        try tx.append(
          AuditEntry(
            .totpRemoved, by: .account(account.id), subject: account.id.text, request: caller.request,
            detail: [("session", session.id.text)]))
        try tx.notify(
          .secondFactorRemoved, of: account.id,
          detail: [("frontend", caller.frontEnd.name), ("session", session.id.text)])
      })
  }

  /// Ten new ones; the old die, and so does what others have open, as at every change of credentials.
  package func replaceRecoveryCodes(
    password: consuming SecretBytes?, code: consuming OneTimeCode, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> RecoveryCodesResult {
    guard let account = try await holder(caller) else { return .refused(.credentials(.invalidToken)) }
    let made = ports.newRecoveryCodes(of: account)
    let digests = made.map(\.digest)
    let refusal = try await showingBoth(
      password, code, origin: origin, caller: caller, objection: { _ in nil },
      effect: { tx, session, credentials throws(StorageFault) in
        // The digests are of this account's codes.
        guard credentials.account.id == account else { return }
        try tx.replaceRecoveryCodes(digests, of: account)
        try tx.setRecoveryFailures(0, of: account)
        try tx.endAccess(of: account, except: session.id, by: .account(account), request: caller.request)
        try tx.append(
          AuditEntry(
            .recoveryCodesReplaced, by: .account(account), subject: account.text, request: caller.request,
            detail: [("session", session.id.text)]))
        try tx.notify(
          .recoveryCodesReplaced, of: account,
          detail: [("frontend", caller.frontEnd.name), ("session", session.id.text)])
      })
    if let refusal { return .refused(refusal) }
    return .replaced(made.map(\.text))
  }

  /// By an operator, also of a disabled one. The password goes with it, in the same transaction: who lost the phone and
  /// who knows the password are not told apart here, so neither of the two opens the account any more.
  package func reset(_ id: AccountID, caller: Caller) async throws(StorageFault) -> FactorResetResult {
    let code = ports.newCode(characters: CodeLength.setup, purpose: .setupCode, context: id.text)
    return try await ports.store.write { tx throws(StorageFault) in
      guard var account = try tx.account(id) else { return .notFound }
      guard account.hasSecondFactor else { return .conflict }
      let expires = tx.now.adding(seconds: SignInPolicy.resetCodeSeconds)
      try tx.deleteSecondFactor(of: id)
      try tx.clearPassword(of: id)
      try tx.setSetupCode(SetupCode(digest: code.digest, expiresAt: expires), of: id)
      try tx.endAccess(of: id, by: caller.actor, request: caller.request)
      try tx.endDelegates(of: id, by: caller.actor, request: caller.request)
      account.hasSecondFactor = false
      account.version += 1
      try tx.update(account)
      try tx.append(AuditEntry(.totpReset, by: caller.actor, subject: id.text, request: caller.request))
      try tx.notify(.secondFactorRemoved, of: id, detail: [("by", "operator")])
      try tx.notify(.passwordResetStarted, of: id, detail: [])
      return .reset(StartedReset(code: code.text, expiresAt: expires))
    }
  }
}

extension FactorService {
  private func holder(_ caller: Caller) async throws(StorageFault) -> AccountID? {
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(caller.bearer).session?.account.id
    }
  }

  private enum Standing: Sendable {
    case stands(Authenticator)
    case refused(FactorRefusal)
  }

  /// The password goes first, so that no code is spent on a guess; the code is shown in the transaction of the effect,
  /// which happens with the code's acceptance or not at all.
  private func showingBoth(
    _ password: consuming SecretBytes?, _ code: consuming OneTimeCode, origin: AttemptLimiter.Origin, caller: Caller,
    objection: @escaping @Sendable (Credentials) -> FactorRefusal?,
    effect: @escaping @Sendable (any Transaction, Session, Credentials) throws(StorageFault) -> Void
  ) async throws(StorageFault) -> FactorRefusal? {
    let authenticator: Authenticator
    switch try await standing(caller) {
    case .refused(let refusal): return refusal
    case .stands(let found): authenticator = found
    }
    let step = ports.matchedStep(code, authenticator)
    let confirmed: Int64
    switch try await passwords.confirm(password, isAll: false, origin: origin, caller: caller) {
    case .right(let generation): confirmed = generation
    case .refused(let refusal): return .credentials(refusal)
    }
    let lifetime = ports.lifetime
    let source = ports.limiter.sourceDigest(origin)
    let limit = ports.limiter.wrongConfirmations
    return try await ports.store.write { tx throws(StorageFault) -> FactorRefusal? in
      guard case .stands(let found) = try tx.use(caller.bearer, idle: lifetime),
        let credentials = try tx.credentials(of: found.account.id)
      else { return .credentials(.invalidToken) }
      // A password that was changed meanwhile was not shown.
      if credentials.passwordGeneration != confirmed { return .credentials(.invalidCredentials) }
      if let refusal = objection(credentials) { return refusal }
      guard try tx.show(step, to: authenticator.id, of: credentials, caller: caller) else {
        try tx.countRefusal(source: source, code: "wrong-second-factor")
        try tx.countWrongConfirmation(by: found.session, limit: limit, caller: caller)
        return .credentials(.invalidCredentials)
      }
      try tx.clearWrongConfirmations(by: found.session.id)
      try effect(tx, found.session, credentials)
      return nil
    }
  }

  private func standing(_ caller: Caller) async throws(StorageFault) -> Standing {
    return try await ports.store.read { snapshot throws(StorageFault) in
      switch try snapshot.authenticate(caller.bearer) {
      case .invalid: return .refused(.credentials(.invalidToken))
      case .enrolmentOnly: return .refused(.credentials(.secondFactorRequired))
      case .stands(let found):
        guard let confirmed = try snapshot.authenticator(of: found.account.id, confirmed: true) else {
          return .refused(.conflict)
        }
        return .stands(confirmed)
      }
    }
  }
}

extension Transaction {
  /// What a session showed of a factor that is gone counts no more; its token stays.
  fileprivate func loseSecondFactor(_ session: Session) throws(StorageFault) {
    guard let stored = try self.session(session.id) else { return }
    var next = stored.session
    next.factors = 1
    next.methods.removeAll { $0 == .totp }
    try update(next, digest: stored.digest)
  }
}
