import AnteroomCore
package import SecretMemory

package enum EnrolmentResult: ~Copyable, Sendable {
  case enrolled(secret: SecretBytes, uri: SecretBytes)
  case refused(CredentialRefusal)
  /// A disabled authenticator counts: a recovery code or an operator opens it, not a new enrolment.
  case conflict
}

package enum ConfirmationResult: ~Copyable, Sendable {
  case confirmed(recoveryCodes: [String], StartedSession)
  case refused(CredentialRefusal)
  /// Nothing was enrolled that could be confirmed.
  case conflict
}

/// Binds a second factor to an account: a secret on probation until its first code is shown. Where there is one already
/// it goes on working until then, and is replaced.
package struct EnrolmentService: Sendable {
  let ports: AccountPorts
  let passwords: PasswordConfirmation

  package init(ports: AccountPorts, queue: AttemptQueue) {
    self.ports = ports
    self.passwords = PasswordConfirmation(ports: ports, queue: queue)
  }

  /// Makes a pending authenticator. The password is asked again, where the account has one: a session left open on a desk
  /// must not bind somebody else's phone.
  package func enrol(
    password: consuming SecretBytes?, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> EnrolmentResult {
    // Asked before anything is hashed, and again in the transaction.
    let asked = try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.enrolmentRight(caller, asksAnew: true)
    }
    let account: Account
    switch asked {
    case .refused(let refusal): return .refused(refusal)
    case .conflict: return .conflict
    case .may(let found): account = found.account
    }
    let confirmed: Int64
    switch try await passwords.confirm(password, origin: origin, caller: caller) {
    case .refused(let refusal): return .refused(refusal)
    case .right(let generation): confirmed = generation
    }
    let secret = ports.randomness.secret(20)
    let id = ports.newID(AuthenticatorID.self)
    let sealed = ports.sealing.seal(secret, context: Authenticator.sealingContext(id, of: account.id))
    let right = try await ports.store.write { tx throws(StorageFault) -> EnrolmentRight in
      let right = try tx.enrolmentRight(caller, asksAnew: true)
      guard case .may(let found) = right else { return right }
      // Sealed for the account that the bearer named before.
      guard found.account.id == account.id else { return .refused(.invalidToken) }
      // And for who knows its password now, not one that was changed meanwhile.
      guard try tx.credentials(of: account.id)?.passwordGeneration == confirmed else { return .refused(.invalidToken) }
      try tx.insert(
        pending: Authenticator(
          id: id, account: account.id, sealedSecret: sealed, confirmed: false,
          state: AuthenticatorState(lastStep: 0, failures: 0, disabled: false),
          expiresAt: tx.now.adding(seconds: SignInPolicy.enrolmentSeconds)))
      try tx.append(
        AuditEntry(.totpEnrolled, by: .account(account.id), subject: account.id.text, request: caller.request))
      return right
    }
    switch right {
    case .refused(let refusal): return .refused(refusal)
    case .conflict: return .conflict
    case .may:
      let text = ports.codes.base32(secret)
      let uri = EnrolmentService.uri(secret: text, username: account.username)
      return .enrolled(secret: text, uri: uri)
    }
  }

  private struct Probation: Sendable {
    let session: SessionID
    let account: AccountID
    let pending: Authenticator
  }

  /// Shows the first code. The session goes on with two factors under a new token; every other session
  /// and known device of the account ends.
  package func confirm(
    code: consuming OneTimeCode, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> ConfirmationResult {
    let asked = try await ports.store.read { snapshot throws(StorageFault) -> (EnrolmentRight, Authenticator?) in
      let right = try snapshot.enrolmentRight(caller, asksAnew: false)
      guard case .may(let found) = right else { return (right, nil) }
      return (right, try snapshot.authenticator(of: found.account.id, confirmed: false))
    }
    let found: Probation
    switch asked {
    case (.refused(let refusal), _): return .refused(refusal)
    case (.conflict, _), (.may, nil): return .conflict
    case (.may(let session), .some(let pending)):
      found = Probation(session: session.session.id, account: session.account.id, pending: pending)
    }
    let step = ports.matchedStep(code, found.pending)
    let recovery = ports.newRecoveryCodes(of: found.account)
    let digests = recovery.map(\.digest)
    let starter = ports.sessionStarter
    let prepared = starter.prepare(found.session)
    let draft = prepared.draft
    let source = ports.limiter.sourceDigest(origin)
    enum Outcome: Sendable { case confirmed(Session, Account), refused(CredentialRefusal), conflict }
    let outcome = try await ports.store.write { tx throws(StorageFault) -> Outcome in
      let session: AuthenticatedSession
      switch try tx.enrolmentRight(caller, asksAnew: false) {
      case .refused(let refusal): return .refused(refusal)
      case .conflict: return .conflict
      case .may(let standing): session = standing
      }
      guard session.session.id == found.session, let credentials = try tx.credentials(of: found.account) else {
        return .refused(.invalidToken)
      }
      guard let current = try tx.authenticator(of: found.account, confirmed: false), current.id == found.pending.id
      else { return .conflict }
      guard try tx.show(step, to: current.id, of: credentials, confirmed: false, caller: caller) else {
        try tx.countRefusal(source: source, code: "wrong-second-factor")
        return .refused(.invalidCredentials)
      }
      let (renewed, account) = try tx.bind(current, recoveryCodes: digests, of: credentials, session.session, caller) {
        tx, old throws(StorageFault) in try starter.goOn(old, draft, in: tx)
      }
      return .confirmed(renewed, account)
    }
    switch outcome {
    case .refused(let refusal): return .refused(refusal)
    case .conflict: return .conflict
    case .confirmed(let session, let account):
      return .confirmed(recoveryCodes: recovery.map(\.text), prepared.complete(session, account: account))
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

extension Transaction {
  /// Makes an authenticator the only one of its account, with new recovery codes, and ends what was opened without it;
  /// `goOn` renews the one session that goes on.
  fileprivate func bind(
    _ authenticator: Authenticator, recoveryCodes digests: [Digest], of credentials: Credentials, _ old: Session,
    _ caller: Caller, goOn: (any Transaction, Session) throws(StorageFault) -> Session
  ) throws(StorageFault) -> (Session, Account) {
    var account = credentials.account
    let isReplaced = account.hasSecondFactor
    try confirm(authenticator)
    try replaceRecoveryCodes(digests, of: account.id)
    try setRecoveryFailures(0, of: account.id)
    try endAccess(of: account.id, except: old.id, by: .account(account.id), request: caller.request)
    let session = try goOn(self, old)
    account.hasSecondFactor = true
    account.version += 1
    try update(account)
    try append(
      AuditEntry(
        .totpConfirmed, by: .account(account.id), subject: account.id.text, request: caller.request,
        detail: [("session", session.id.text), ("replaced", String(isReplaced))]))
    try notify(
      isReplaced ? .secondFactorReplaced : .secondFactorAdded, of: account.id,
      detail: [("frontend", caller.frontEnd.name), ("session", session.id.text)])
    return (session, account)
  }
}

extension AccountPorts {
  func newRecoveryCodes(of account: AccountID) -> [TypedCode] {
    (0..<SignInPolicy.recoveryCodeCount).map { _ in
      newCode(characters: CodeLength.recovery, purpose: .recoveryCode, context: account.text)
    }
  }
}
