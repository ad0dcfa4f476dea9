import AnteroomCore
import SecretMemory

/// Why a signed-in person is not let do what takes their secrets again.
package enum CredentialRefusal: Hashable, Sendable {
  case invalidToken
  /// The session is good for enrolment alone, or has not shown the second factor that the account has.
  case secondFactorRequired
  /// What the session showed was shown too long ago.
  case reauthenticationRequired
  /// No password was shown, and the account has one.
  case passwordRequired
  /// Wrong, or changed meanwhile.
  case invalidCredentials
  case tooManyAttempts(retryAfter: Int)
  case busy(retryAfter: Int)
  case shuttingDown
}

/// Asks a signed-in person for the password again. It draws on a budget of the account alone: who has a
/// session is no stranger, and strangers must not be able to spend it. A session that fails in a row ends.
struct PasswordConfirmation: Sendable {
  let ports: AccountPorts
  let queue: AttemptQueue

  enum Outcome: Sendable {
    /// With the generation of the password that was shown: whatever is done on the strength of it asks whether that
    /// one still stands.
    case right(generation: Int64)
    case refused(CredentialRefusal)
  }

  private enum Opening: Sendable {
    case invalidToken
    case spent(Int)
    case pending
    case full
    case reserved(Credentials, Session)
  }

  /// `typed` is nil for who showed none. Whom an issuer's word alone lets in has no password to show: a session that it
  /// began a moment ago is as much.
  ///
  /// - Parameter isAll: whether a right one ends the session's row of wrong confirmations. Not where a code has to be
  ///   right as well: who knows the password must not begin anew with each guess at codes.
  func confirm(
    _ typed: consuming SecretBytes?, isAll: Bool = true, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> Outcome {
    guard let typed else { return try await withoutPassword(caller) }
    guard let password = try? ports.preparation.prepare(typed) else { return .refused(.invalidCredentials) }
    let turn = queue.arrive()
    defer { turn.leave() }
    let opening = try await turn.take { () async throws(StorageFault) -> Opening? in
      let opening = try await open(turn, caller: caller)
      if case .pending = opening { return nil }
      return opening
    }
    switch opening {
    case .none, .pending: return .refused(.busy(retryAfter: 1))
    case .full: return .refused(.busy(retryAfter: AttemptQueue.secondsWhenFull))
    case .invalidToken: return .refused(.invalidToken)
    case .spent(let seconds): return .refused(.tooManyAttempts(retryAfter: seconds))
    case .reserved(let credentials, let session):
      return try await verify(
        password, Tested(credentials: credentials, session: session, isAll: isAll), turn, origin, caller)
    }
  }

  private func withoutPassword(_ caller: Caller) async throws(StorageFault) -> Outcome {
    return try await ports.store.read { snapshot throws(StorageFault) in
      guard let found = try snapshot.authenticate(caller.bearer).session,
        let credentials = try snapshot.credentials(of: found.account.id)
      else { return .refused(.invalidToken) }
      guard credentials.hash == nil, found.session.methods.contains(.federated) else {
        return .refused(.passwordRequired)
      }
      // Counted from the issuer's word, which no code of ours takes the place of.
      if snapshot.now > found.session.createdAt.adding(seconds: SignInPolicy.credentialChangeSeconds) {
        return .refused(.reauthenticationRequired)
      }
      return .right(generation: credentials.passwordGeneration)
    }
  }

  private func open(_ turn: AttemptTurn, caller: Caller) async throws(StorageFault) -> Opening {
    let lifetime = ports.lifetime
    let limiter = ports.limiter
    return try await ports.store.write { tx throws(StorageFault) -> Opening in
      turn.begin()
      guard let found = try tx.use(caller.bearer, idle: lifetime).session,
        let credentials = try tx.credentials(of: found.account.id)
      else { return .invalidToken }
      let buckets = limiter.confirmation(
        name: Array(found.account.username.text.utf8), account: found.account.id)
      switch try tx.reserve(buckets, for: turn) {
      case .reserved: return .reserved(credentials, found.session)
      case .pending: return .pending
      case .full: return .full
      case .spent(let until): return .spent(until.secondsToWait(from: tx.now))
      }
    }
  }

  private struct Tested: Sendable {
    let credentials: Credentials
    let session: Session
    let isAll: Bool
  }

  private func verify(
    _ password: consuming Password, _ tested: Tested, _ turn: AttemptTurn,
    _ origin: AttemptLimiter.Origin, _ caller: Caller
  ) async throws(StorageFault) -> Outcome {
    let verification: PasswordVerification
    do {
      verification = try await ports.hashing.verify(password, against: tested.credentials.hash, fairness: origin.text)
    } catch {
      try await ports.store.write { tx throws(StorageFault) in try tx.refund(turn) }
      turn.settled()
      switch error {
      case .busy(let retryAfter): return .refused(.busy(retryAfter: retryAfter))
      case .shuttingDown: return .refused(.shuttingDown)
      }
    }
    let source = ports.limiter.sourceDigest(origin)
    let limit = ports.limiter.wrongConfirmations
    let account = tested.credentials.account.id
    let isRight = if case .match = verification { true } else { false }
    let outcome = try await ports.store.write { tx throws(StorageFault) -> Outcome in
      // Of many guesses at once the last ones may find their session ended by the first: these learn nothing any more.
      let stands = try tx.authenticate(caller.bearer).session != nil
      // Asked for again: a password that was changed meanwhile confirms nothing.
      guard isRight, let now = try tx.credentials(of: account), now.hash != nil,
        now.passwordGeneration == tested.credentials.passwordGeneration
      else {
        try tx.commit(turn)
        try tx.countRefusal(source: source, code: "invalid-credentials")
        // Somebody at a session of theirs guesses at the password, or has mistyped it.
        try tx.notify(
          .signInFailed, of: account, detail: [("frontend", caller.frontEnd.name), ("by", "session")])
        try tx.countWrongConfirmation(by: tested.session, limit: limit, caller: caller)
        return .refused(stands ? .invalidCredentials : .invalidToken)
      }
      try tx.refund(turn)
      guard stands else { return .refused(.invalidToken) }
      if tested.isAll { try tx.clearWrongConfirmations(by: tested.session.id) }
      return .right(generation: now.passwordGeneration)
    }
    turn.settled()
    return outcome
  }
}
