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
    origin: AttemptLimiter.Origin, knownDevice: TokenProof?, caller: Caller
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
    return try await settle(
      evidence, challenge: id, proof: proof, origin: origin, knownDevice: knownDevice, caller: caller)
  }

  private enum Evidence: Sendable {
    case totp(AuthenticatorID, step: Int64?)
    case recovery(Digest?)
  }

  private func settle(
    _ evidence: Evidence, challenge id: ChallengeID, proof: TokenProof, origin: AttemptLimiter.Origin,
    knownDevice shown: TokenProof?, caller: Caller
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
      // A device may be shown with either step; the session renews it.
      var device = challenge.knownDevice
      if device == nil { device = try tx.knownDevice(shown, of: challenge.account) }
      let started = try starter.start(
        draft, for: credentials, methods: [challenge.issuer == nil ? .password : .federated, method],
        factors: method == .totp ? 2 : 1, replacing: device, issuer: challenge.issuer, caller: caller,
        in: tx)
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
    let use = try digest.map { digest throws(StorageFault) in try tx.useRecoveryCode(digest, of: account) }
    switch use {
    case .used: break
    case .usedBefore:
      // It was right once: no guess, and not counted as one. Its owner hears of it all the same.
      try tx.notify(.codeReplayed, of: account, detail: [("frontend", caller.frontEnd.name)])
      return false
    case .unknown, nil:
      let failures = credentials.recoveryFailures + 1
      try tx.setRecoveryFailures(failures, of: account)
      try tx.notify(
        .secondFactorFailed, of: account,
        detail: [("frontend", caller.frontEnd.name), ("method", SecondFactorMethod.recoveryCode.rawValue)])
      if failures >= SignInPolicy.recoveryCodeFailures {
        try tx.append(
          AuditEntry(.recoveryCodesDisabled, by: .system, subject: account.text, request: caller.request))
        try tx.notify(.recoveryCodesDisabled, of: account, detail: [])
      }
      return false
    }
    try tx.setRecoveryFailures(0, of: account)
    try tx.append(
      AuditEntry(.recoveryCodeUsed, by: .account(account), subject: account.text, request: caller.request))
    try tx.notify(.recoveryCodeUsed, of: account, detail: [("frontend", caller.frontEnd.name)])
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
  var sealingContext: String { Authenticator.sealingContext(id, of: account) }

  static func sealingContext(_ id: AuthenticatorID, of account: AccountID) -> String {
    "totp \(account.text) \(id.text)"
  }
}

extension Transaction {
  /// Shows a time step to an authenticator, which accepts it once, ever; what follows is recorded here, in the
  /// transaction of whatever the code is good for. One on probation tells nobody of its failures: whoever enrols it
  /// is there, and at the last of them it is gone.
  func show(
    _ step: Int64?, to id: AuthenticatorID, of credentials: Credentials, confirmed: Bool = true, caller: Caller
  ) throws(StorageFault) -> Bool {
    let account = credentials.account.id
    guard var authenticator = try authenticator(of: account, confirmed: confirmed), authenticator.id == id else {
      return false
    }
    let outcome = authenticator.state.show(step: step)
    if outcome == .disabled { return false }
    if !confirmed && outcome == .nowDisabled {
      try delete(id)
    } else {
      try update(authenticator)
    }
    if confirmed { try tell(outcome, of: account, caller) }
    return outcome == .accepted
  }

  /// Of a wrong code: the password was right, so somebody may know it.
  private func tell(
    _ outcome: AuthenticatorState.Outcome, of account: AccountID, _ caller: Caller
  ) throws(StorageFault) {
    let frontEnd = caller.frontEnd.name
    let failure = [("frontend", frontEnd), ("method", SecondFactorMethod.totp.rawValue)]
    switch outcome {
    case .accepted, .disabled, .replayedAgain: return
    case .wrong:
      try notify(.secondFactorFailed, of: account, detail: failure)
    case .replayed:
      try append(
        AuditEntry(.codeReplayed, by: .frontEnd(frontEnd), subject: account.text, request: caller.request))
      try notify(.codeReplayed, of: account, detail: [("frontend", frontEnd)])
    case .nowDisabled:
      try notify(.secondFactorFailed, of: account, detail: failure)
      try append(AuditEntry(.totpDisabled, by: .system, subject: account.text, request: caller.request))
      try notify(.secondFactorDisabled, of: account, detail: [])
    }
  }
}

extension Snapshot {
  /// What would be compared of what can be shown: nothing where both have failed too often.
  func secondFactors(of credentials: Credentials) throws(StorageFault) -> [SecondFactorMethod] {
    let isDisabled = try authenticator(of: credentials.account.id, confirmed: true)?.state.disabled ?? true
    let areSpent = credentials.recoveryFailures >= SignInPolicy.recoveryCodeFailures
    return (isDisabled ? [] : [.totp]) + (areSpent ? [] : [.recoveryCode])
  }
}
