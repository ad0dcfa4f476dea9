import AnteroomCore
import SecretMemory

/// Asks a signed-in person for the password again. It draws on a budget of the account alone: who has a
/// session is no stranger, and strangers must not be able to spend it.
struct PasswordConfirmation: Sendable {
  let ports: AccountPorts
  let settled: Signal<Int>

  enum Outcome: Sendable {
    case right, wrong, invalidToken
    case tooManyAttempts(retryAfter: Int)
    case busy(retryAfter: Int)
    case shuttingDown
  }

  private enum Opening: Sendable {
    case invalidToken
    case spent(Int)
    case pending
    case reserved(PasswordHash?, AccountID, [BudgetBucket])
  }

  func confirm(
    _ typed: consuming SecretBytes, origin: AttemptLimiter.Origin, caller: Caller
  ) async throws(StorageFault) -> Outcome {
    guard let password = try? ports.preparation.prepare(typed) else { return .wrong }
    let turn = TurnTaking(settled: settled, clock: ports.clock, seconds: ports.queueSeconds)
    let opening = try await turn.take { () async throws(StorageFault) -> Opening? in
      let opening = try await open(origin: origin, caller: caller)
      if case .pending = opening { return nil }
      return opening
    }
    switch opening {
    case .none, .pending: return .busy(retryAfter: 1)
    case .invalidToken: return .invalidToken
    case .spent(let seconds): return .tooManyAttempts(retryAfter: seconds)
    case .reserved(let hash, let account, let buckets):
      defer { settled.fireAll() }
      return try await verify(password, hash, account, buckets, origin)
    }
  }

  private func open(origin: AttemptLimiter.Origin, caller: Caller) async throws(StorageFault) -> Opening {
    let lifetime = ports.lifetime
    let limiter = ports.limiter
    return try await ports.store.write { tx throws(StorageFault) -> Opening in
      guard let found = try tx.use(caller.bearer, idle: lifetime).session,
        let credentials = try tx.credentials(of: found.account.id)
      else { return .invalidToken }
      let buckets = limiter.confirmation(name: Array(found.account.username.text.utf8))
      switch try tx.reserve(buckets, at: tx.now) {
      case .reserved: return .reserved(credentials.hash, found.account.id, buckets)
      case .pending: return .pending
      case .spent(let until): return .spent(until.secondsToWait(from: tx.now))
      }
    }
  }

  private func verify(
    _ password: consuming Password, _ hash: PasswordHash?, _ account: AccountID, _ buckets: [BudgetBucket],
    _ origin: AttemptLimiter.Origin
  ) async throws(StorageFault) -> Outcome {
    let verification: PasswordVerification
    do {
      verification = try await ports.hashing.verify(password, against: hash, fairness: origin.text)
    } catch {
      try await ports.store.write { tx throws(StorageFault) in try tx.refund(buckets, at: tx.now) }
      switch error {
      case .busy(let retryAfter): return .busy(retryAfter: retryAfter)
      case .shuttingDown: return .shuttingDown
      }
    }
    let source = ports.limiter.sourceDigest(origin)
    let isRight = if case .match = verification { true } else { false }
    return try await ports.store.write { tx throws(StorageFault) in
      // The hash is asked for again: a password that was changed meanwhile confirms nothing.
      guard isRight, try tx.credentials(of: account)?.hash == hash else {
        try tx.commit(buckets, at: tx.now)
        try tx.countRefusal(source: source, code: "invalid-credentials")
        return .wrong
      }
      try tx.refund(buckets, at: tx.now)
      return .right
    }
  }
}
