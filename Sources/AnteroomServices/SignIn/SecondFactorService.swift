import AnteroomCore

/// The second step of a sign-in: a TOTP code or a recovery code on top of a right password.
package struct SecondFactorService: Sendable {
  let ports: AccountPorts

  package init(ports: AccountPorts) {
    self.ports = ports
  }

  /// `challenge` is what the password step gave; `code` is tested against the account's authenticator
  /// or its recovery codes. Whatever is wrong, the refusal is the same.
  package func complete(
    challenge proof: TokenProof?, method: SecondFactorMethod, code: consuming OneTimeCode,
    origin: AttemptLimiter.Origin,
    caller: Caller
  ) async throws(StorageFault) -> SecondFactorResult {
    guard let proof, proof.kind == .challenge else { return .refused }
    let id = ChallengeID(known: ChallengeID.prefix + proof.name)
    let found = try await ports.store.read { snapshot throws(StorageFault) -> (Challenge, Authenticator?)? in
      guard let challenge = try SecondFactorService.standing(id, proof, in: snapshot) else { return nil }
      return (challenge, try snapshot.authenticator(of: challenge.account, confirmed: true))
    }
    guard let (challenge, authenticator) = found else { return .refused }
    let evidence: Evidence
    switch method {
    case .totp:
      guard let authenticator else { return .refused }
      evidence = .totp(authenticator.id, step: ports.matchedStep(code, authenticator))
    case .recoveryCode:
      evidence = .recovery(
        ports.digest(
          ofTyped: code, characters: CodeLength.recovery, purpose: .recoveryCode, context: challenge.account.text))
    }
    return try await settle(evidence, challenge: id, proof: proof, origin: origin, caller: caller)
  }

  private enum Evidence: Sendable {
    case totp(AuthenticatorID, step: Int64?)
    case recovery(Digest?)
  }

  private func settle(
    _ evidence: Evidence, challenge id: ChallengeID, proof: TokenProof, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> SecondFactorResult {
    let starter = ports.sessionStarter
    let prepared = starter.prepare()
    let draft = prepared.draft
    let source = ports.limiter.sourceDigest(origin)
    let outcome = try await ports.store.write { tx throws(StorageFault) -> Settlement<(Session, Account)> in
      guard let challenge = try SecondFactorService.standing(id, proof, in: tx),
        let credentials = try tx.credentials(of: challenge.account), !credentials.account.disabled
      else { return .refused }
      let method: SignInMethod
      switch evidence {
      case .totp(let authenticator, let step):
        guard try tx.show(step, to: authenticator, of: credentials, caller: caller) else {
          try tx.countRefusal(source: source, code: "wrong-second-factor")
          return .refused
        }
        method = .totp
      case .recovery(let digest):
        guard try SecondFactorService.use(digest, of: credentials, caller: caller, in: tx) else {
          try tx.countRefusal(source: source, code: "wrong-second-factor")
          return .refused
        }
        method = .recoveryCode
      }
      try tx.deleteChallenge(id)
      let started = try starter.start(
        draft, for: credentials, methods: [.password, method], factors: method == .totp ? 2 : 1,
        replacing: challenge.knownDevice, caller: caller, in: tx)
      return .accepted(started)
    }
    switch outcome {
    case .refused: return .refused
    case .accepted(let (session, account)): return .signedIn(prepared.complete(session, account: account))
    }
  }

  private static func standing(
    _ id: ChallengeID, _ proof: TokenProof, in snapshot: any Snapshot
  ) throws(StorageFault) -> Challenge? {
    guard let challenge = try snapshot.challenge(id), challenge.digest.equalsInConstantTime(proof.digest),
      snapshot.now < challenge.expiresAt
    else { return nil }
    return challenge
  }

  /// Uses up a recovery code. Wrong ones are counted apart, up to a limit of their own.
  private static func use(
    _ digest: Digest?, of credentials: Credentials, caller: Caller, in tx: any Transaction
  ) throws(StorageFault) -> Bool {
    let account = credentials.account.id
    guard credentials.recoveryFailures < SignInPolicy.recoveryCodeFailures else { return false }
    guard let digest, try tx.useRecoveryCode(digest, of: account) else {
      try tx.setRecoveryFailures(credentials.recoveryFailures + 1, of: account)
      return false
    }
    try tx.setRecoveryFailures(0, of: account)
    try tx.append(
      AuditEntry(.recoveryCodeUsed, by: .account(account), subject: account.text, request: caller.request))
    return true
  }
}

extension AccountPorts {
  /// Which time step the code belongs to, by the authenticator's sealed secret; nil for none, and for a
  /// secret that does not open.
  func matchedStep(_ code: borrowing OneTimeCode, _ authenticator: Authenticator) -> Int64? {
    guard let secret = sealing.open(authenticator.sealedSecret, context: authenticator.sealingContext) else {
      return nil
    }
    return codes.matchedStep(of: code, secret: secret, at: clock.now())
  }
}

extension Authenticator {
  /// Binds the sealed secret to this authenticator of this account: moved to another row, it does not
  /// open.
  var sealingContext: String { "totp \(account.text) \(id.text)" }
}

extension Transaction {
  /// Shows a time step to an authenticator, which accepts it once, ever; what follows is recorded here,
  /// in the transaction that makes the session.
  func show(
    _ step: Int64?, to id: AuthenticatorID, of credentials: Credentials, confirmed: Bool = true, caller: Caller
  ) throws(StorageFault) -> Bool {
    guard var authenticator = try authenticator(of: credentials.account.id, confirmed: confirmed),
      authenticator.id == id
    else { return false }
    let outcome = authenticator.state.show(step: step)
    let subject = credentials.account.id
    switch outcome {
    case .accepted: break
    case .disabled: return false
    case .wrong: break
    case .replayed:
      try append(
        AuditEntry(.codeReplayed, by: .frontEnd(caller.frontEnd.name), subject: subject.text, request: caller.request))
    case .nowDisabled:
      try append(AuditEntry(.totpDisabled, by: .system, subject: subject.text, request: caller.request))
    }
    try update(authenticator)
    return outcome == .accepted
  }
}
