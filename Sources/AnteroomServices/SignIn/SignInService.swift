import AnteroomCore
package import SecretMemory

/// Signs people in: password, then second factor where the account has one.
///
/// The order is always: reserve an attempt durably, test the secret outside the transaction, settle
/// what came of it in one transaction that asks again what it depends on.
package struct SignInService: Sendable {
  let ports: AccountPorts
  private let queue: AttemptQueue

  package init(ports: AccountPorts, queue: AttemptQueue) {
    self.ports = ports
    self.queue = queue
  }

  package struct Attempt: ~Copyable, Sendable {
    package let username: String
    package let password: SecretBytes
    package let origin: AttemptLimiter.Origin
    package let knownDevice: TokenProof?
    package let caller: Caller

    package init(
      username: String, password: consuming SecretBytes, origin: AttemptLimiter.Origin, knownDevice: TokenProof?,
      caller: Caller
    ) {
      self.username = username
      self.password = password
      self.origin = origin
      self.knownDevice = knownDevice
      self.caller = caller
    }
  }

  /// What the first transaction found out.
  private struct Facts: Sendable {
    let hash: PasswordHash?
    /// Of the password that the hash is of.
    let generation: Int64?
    let account: AccountID?
    /// The known device's id, where the value shown is right and of this account.
    let knownDevice: String?
    /// Whoever has that name, able to sign in or not: it is told what strangers do.
    let owner: AccountID?
  }

  /// What is known of the password that was typed, for the case that it is right.
  private struct Typed: Sendable {
    let isShort: Bool
    /// Asked where another program took it: a password that was set here was judged then.
    let objection: PasswordObjection?
  }

  package func signIn(_ attempt: consuming Attempt) async throws(StorageFault) -> SignInResult {
    let username = try? Username(parsing: attempt.username, with: ports.text)
    let name = Array((username?.text ?? attempt.username).utf8)
    let origin = attempt.origin
    let caller = attempt.caller
    let device = attempt.knownDevice
    // What no password can be is refused before any work; that says nothing about any account.
    guard let password = try? ports.preparation.prepare(attempt.password) else { return .refused }

    switch ports.hashing.refusal(fairness: origin.text) {
    case .none: break
    case .busy(let retryAfter): return .busy(retryAfter: retryAfter)
    case .shuttingDown: return .shuttingDown
    }
    let turn = queue.arrive()
    defer { turn.leave() }
    let reserved = try await reserve(turn, username: username, name: name, origin: origin, device: device)
    let facts: Facts
    switch reserved {
    case .reserved(let found): facts = found
    case .spent(let seconds): return .tooManyAttempts(retryAfter: seconds)
    case .full: return .busy(retryAfter: AttemptQueue.secondsWhenFull)
    case .none: return .busy(retryAfter: 1)
    }

    let typed = Typed(
      isShort: password.codePoints < PasswordLength.alone,
      objection: facts.hash?.isImported == true
        ? ports.rules.objectionWithoutLookup(to: password, username: username, hasSecondFactor: false) : nil)
    let verification: PasswordVerification
    do {
      verification = try await ports.hashing.verify(password, against: facts.hash, fairness: origin.text)
    } catch {
      // Nothing was tested, so nothing is owed: the queue could not keep its deadline, or the client left.
      try await ports.store.write { tx throws(StorageFault) in try tx.refund(turn) }
      turn.settled()
      switch error {
      case .busy(let retryAfter): return .busy(retryAfter: retryAfter)
      case .shuttingDown: return .shuttingDown
      }
    }
    let result = try await settle(verification, turn, of: typed, facts: facts, origin: origin, caller: caller)
    turn.settled()
    return result
  }

  private enum Reserved: Sendable { case reserved(Facts), spent(Int), full }

  private func reserve(
    _ turn: AttemptTurn, username: Username?, name: [UInt8], origin: AttemptLimiter.Origin, device: TokenProof?
  ) async throws(StorageFault) -> Reserved? {
    let limiter = ports.limiter
    return try await turn.take { () async throws(StorageFault) -> Reserved? in
      try await ports.store.write { tx throws(StorageFault) -> Reserved? in
        turn.begin()
        var credentials: Credentials?
        if let username { credentials = try tx.credentials(named: username) }
        let owner = credentials?.account.id
        let known = try tx.knownDevice(device, of: owner)
        let buckets = limiter.password(name: name, origin: origin, knownDevice: known, account: owner)
        switch try tx.reserve(buckets, for: turn) {
        case .pending: return nil
        case .full: return .full
        case .spent(let until):
          try tx.countRefusal(source: limiter.sourceDigest(origin), code: "too-many-attempts")
          return .spent(until.secondsToWait(from: tx.now))
        case .reserved:
          let usable = credentials.flatMap { $0.account.disabled ? nil : $0 }
          return .reserved(
            Facts(
              hash: usable?.hash, generation: usable?.passwordGeneration, account: usable?.account.id,
              knownDevice: known, owner: owner))
        }
      }
    }
  }

  private func settle(
    _ verification: PasswordVerification, _ turn: AttemptTurn, of typed: Typed, facts: Facts,
    origin: AttemptLimiter.Origin,
    caller: Caller
  ) async throws(StorageFault) -> SignInResult {
    guard case .match(let replacement) = verification, let id = facts.account else {
      try await refuse(verification, turn, facts: facts, origin: origin, caller: caller)
      return .refused
    }
    let limiter = ports.limiter
    let starter = ports.sessionStarter
    let challengeID = ports.newID(ChallengeID.self)
    let challengeToken = ports.mint.mint(.challenge, name: String(challengeID.text.dropFirst(5)))
    let session = starter.prepare()
    let challengeDigest = challengeToken.digest
    let draft = session.draft
    enum Next: Sendable { case session(Session, Account), challenge(Instant, [SecondFactorMethod]), refused }
    let next = try await ports.store.write { tx throws(StorageFault) -> Next in
      // Asked again: the account may have been disabled, or the password changed, while Argon2 ran. Another's right
      // sign-in may have hashed the same password anew: that is no reason to refuse.
      guard let credentials = try tx.credentials(of: id), !credentials.account.disabled, credentials.hash != nil,
        credentials.passwordGeneration == facts.generation
      else {
        try tx.commit(turn)
        try tx.countRefusal(source: limiter.sourceDigest(origin), code: "invalid-credentials")
        return .refused
      }
      try tx.refund(turn)
      if let replacement, credentials.hash == facts.hash {
        try tx.replaceHash(replacement, isShort: typed.isShort, of: id)
        if facts.hash?.isImported == true {
          // It was good enough elsewhere and lets its owner in; whether it would be taken here, they are told.
          try tx.notify(.passwordImported, of: id, detail: typed.objection.map { [("objection", $0.code)] } ?? [])
        }
      }
      if credentials.account.hasSecondFactor {
        let expires = tx.now.adding(seconds: SignInPolicy.challengeSeconds)
        try tx.insert(
          Challenge(
            id: challengeID, account: id, digest: challengeDigest, expiresAt: expires, knownDevice: facts.knownDevice))
        return .challenge(expires, try tx.secondFactors(of: credentials))
      }
      let started = try starter.start(
        draft, for: credentials, methods: [.password], factors: 1, replacing: facts.knownDevice, caller: caller, in: tx)
      return .session(started.0, started.1)
    }
    switch next {
    case .refused: return .refused
    case .challenge(let expiresAt, let methods):
      return .secondFactor(StartedChallenge(token: challengeToken.token, methods: methods, expiresAt: expiresAt))
    case .session(let started, let account):
      return .signedIn(session.complete(started, account: account))
    }
  }

  private func refuse(
    _ verification: PasswordVerification, _ turn: AttemptTurn, facts: Facts, origin: AttemptLimiter.Origin,
    caller: Caller
  ) async throws(StorageFault) {
    let isCorrupt = if case .corrupt = verification { true } else { false }
    let limiter = ports.limiter
    try await ports.store.write { tx throws(StorageFault) in
      let spent = try tx.commit(turn)
      if let owner = facts.owner, spent.contains(where: { $0.kind == .strangers }) {
        try tx.notify(.signInLocked, of: owner, detail: [])
      }
      if let account = facts.account {
        try tx.notify(.signInFailed, of: account, detail: [("frontend", caller.frontEnd.name)])
      }
      try tx.countRefusal(source: limiter.sourceDigest(origin), code: "invalid-credentials")
      if let device = facts.knownDevice { try tx.countFailure(ofKnownDevice: device) }
      if isCorrupt, let account = facts.account {
        try tx.append(
          AuditEntry(.passwordHashCorrupt, by: .system, subject: account.text, request: caller.request))
      }
    }
  }
}
