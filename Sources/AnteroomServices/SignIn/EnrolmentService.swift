import AnteroomCore
package import SecretMemory

package enum EnrolmentResult: ~Copyable, Sendable {
  case enrolled(secret: SecretBytes, uri: SecretBytes)
  case invalidToken
  case invalidCredentials
  /// A disabled authenticator counts: a recovery code or an operator opens it, not a new enrolment.
  case conflict
  case tooManyAttempts(retryAfter: Int)
  case busy(retryAfter: Int)
  case shuttingDown
}

package enum ConfirmationResult: ~Copyable, Sendable {
  case confirmed(recoveryCodes: [String], StartedSession)
  case invalidToken
  case invalidCredentials
  /// Nothing was enrolled that could be confirmed.
  case conflict
}

/// Binds a second factor to an account: a secret on probation until its first code is shown.
package struct EnrolmentService: Sendable {
  let ports: AccountPorts
  let passwords: PasswordConfirmation

  package init(ports: AccountPorts, settled: Signal<Int>) {
    self.ports = ports
    self.passwords = PasswordConfirmation(ports: ports, settled: settled)
  }

  /// Makes a pending authenticator. The password is asked again: a session left open on a desk must not
  /// bind somebody else's phone.
  package func enrol(
    password: consuming SecretBytes, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> EnrolmentResult {
    switch try await passwords.confirm(password, origin: origin, caller: caller) {
    case .invalidToken: return .invalidToken
    case .wrong: return .invalidCredentials
    case .tooManyAttempts(let seconds): return .tooManyAttempts(retryAfter: seconds)
    case .busy(let seconds): return .busy(retryAfter: seconds)
    case .shuttingDown: return .shuttingDown
    case .right: break
    }
    let secret = ports.randomness.secret(20)
    let id = ports.newID(AuthenticatorID.self)
    let lifetime = ports.lifetime
    let sealing = ports.sealing
    // Sealed for the account that the bearer names, which is known before the transaction asks again.
    guard let account = try await bearerAccount(caller) else { return .invalidToken }
    let draft = Authenticator(
      id: id, account: account.id, sealedSecret: [], confirmed: false,
      state: AuthenticatorState(lastStep: 0, failures: 0, disabled: false))
    let sealed = sealing.seal(secret, context: draft.sealingContext)
    let outcome = try await ports.store.write { tx throws(StorageFault) -> Settlement<Bool> in
      guard let found = try tx.use(caller.bearer, idle: lifetime).session, found.account.id == account.id else {
        return .refused
      }
      // A second factor is replaced with a recovery code or by an operator; a stolen session and a
      // password that was read over a shoulder must not bind another phone.
      if try tx.authenticator(of: account.id, confirmed: true) != nil, !found.session.isForRecovery {
        return .accepted(false)
      }
      try tx.insert(
        pending: Authenticator(
          id: id, account: account.id, sealedSecret: sealed, confirmed: false, state: draft.state))
      try tx.append(
        AuditEntry(.totpEnrolled, by: .account(account.id), subject: account.id.text, request: caller.request))
      return .accepted(true)
    }
    switch outcome {
    case .refused: return .invalidToken
    case .accepted(false): return .conflict
    case .accepted(true):
      let text = ports.codes.base32(secret)
      let uri = EnrolmentService.uri(secret: text, username: account.username)
      return .enrolled(secret: text, uri: uri)
    }
  }

  /// Shows the first code. The session goes on with two factors under a new token; every other session
  /// and known device of the account ends.
  package func confirm(
    code: consuming OneTimeCode, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> ConfirmationResult {
    let lifetime = ports.lifetime
    let found = try await ports.store.read { snapshot throws(StorageFault) -> (Account, Authenticator?)? in
      guard let session = try snapshot.authenticate(caller.bearer, idle: lifetime).session else { return nil }
      return (session.account, try snapshot.authenticator(of: session.account.id, confirmed: false))
    }
    guard let (account, pending) = found else { return .invalidToken }
    guard let pending else { return .conflict }
    let step = ports.matchedStep(code, pending)
    let recovery = (0..<SignInPolicy.recoveryCodeCount).map { _ in
      ports.newCode(characters: CodeLength.recovery, purpose: .recoveryCode, context: account.id.text)
    }
    let digests = recovery.map(\.digest)
    let starter = ports.sessionStarter
    let prepared = starter.prepare()
    let draft = prepared.draft
    let source = ports.limiter.sourceDigest(origin)
    enum Outcome: Sendable { case confirmed(Session, Account), invalidToken, wrong, conflict }
    let outcome = try await ports.store.write { tx throws(StorageFault) -> Outcome in
      guard let session = try tx.use(caller.bearer, idle: lifetime).session,
        var credentials = try tx.credentials(of: session.account.id), session.account.id == account.id
      else { return .invalidToken }
      guard let current = try tx.authenticator(of: account.id, confirmed: false), current.id == pending.id else {
        return .conflict
      }
      guard try tx.show(step, to: current.id, of: credentials, confirmed: false, caller: caller) else {
        if try tx.authenticator(of: account.id, confirmed: false)?.state.disabled ?? false {
          try tx.delete(current.id)
        }
        try tx.countRefusal(source: source, code: "wrong-second-factor")
        return .wrong
      }
      guard let shown = try tx.authenticator(of: account.id, confirmed: false) else { return .conflict }
      try tx.confirm(shown)
      try tx.replaceRecoveryCodes(digests, of: account.id)
      try tx.setRecoveryFailures(0, of: account.id)
      try tx.endJoins(of: account.id, by: .account(account.id), request: caller.request)
      try tx.deleteSessions(of: account.id)
      try tx.deleteChallenges(of: account.id)
      try tx.deleteKnownDevices(of: account.id)
      credentials.account.hasSecondFactor = true
      credentials.account.version += 1
      try tx.append(
        AuditEntry(.totpConfirmed, by: .account(account.id), subject: account.id.text, request: caller.request))
      let started = try starter.start(
        draft, for: credentials, methods: [.password, .totp], factors: 2, replacing: nil, caller: caller, in: tx)
      return .confirmed(started.0, started.1)
    }
    switch outcome {
    case .invalidToken: return .invalidToken
    case .wrong: return .invalidCredentials
    case .conflict: return .conflict
    case .confirmed(let session, let account):
      return .confirmed(recoveryCodes: recovery.map(\.text), prepared.complete(session, account: account))
    }
  }

  private func bearerAccount(_ caller: Caller) async throws(StorageFault) -> Account? {
    let lifetime = ports.lifetime
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(caller.bearer, idle: lifetime).session?.account
    }
  }

  /// The key URI that authenticator apps read; every parameter is written out, since apps differ in
  /// what they assume.
  private static func uri(secret: borrowing SecretBytes, username: Username) -> SecretBytes {
    let before = Array("otpauth://totp/Anteroom:\(percentEncoded(username.text))?secret=".utf8)
    let after = Array("&issuer=Anteroom&algorithm=SHA1&digits=6&period=30".utf8)
    return secret.withBytes { text in
      unsafe SecretBytes(count: before.count + text.count + after.count) { buffer in
        for (index, byte) in before.enumerated() { unsafe buffer[index] = byte }
        for index in text.indices { unsafe buffer[before.count + index] = text[index] }
        for (index, byte) in after.enumerated() { unsafe buffer[before.count + text.count + index] = byte }
      }
    }
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var output = String.UnicodeScalarView()
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        output.append(Unicode.Scalar(byte))
      case _:
        output.append("%")
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
      }
    }
    return String(output)
  }
}

extension BearerStanding {
  /// The session in either standing: for what a session that may only enrol may do too.
  package var session: AuthenticatedSession? {
    switch self {
    case .stands(let session), .enrolmentOnly(let session): session
    case .invalid: nil
    }
  }
}
