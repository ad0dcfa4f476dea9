package import AnteroomCore

/// What the budgets delay and bar, for operators: looked up and lifted.
package struct LockoutService: Sendable {
  private let store: any Store
  private let text: any TextProfiles
  private let limiter: AttemptLimiter
  private let queue: AttemptQueue

  package init(store: any Store, text: any TextProfiles, limiter: AttemptLimiter, queue: AttemptQueue) {
    self.store = store
    self.text = text
    self.limiter = limiter
    self.queue = queue
  }

  package struct Wanted: Sendable {
    package var username: String?
    package var source: SourcePrefix?
    package var account: AccountID?
    /// What is counted as well, and not only what refuses now.
    package var all: Bool

    package init(username: String?, source: SourcePrefix?, account: AccountID?, all: Bool) {
      self.username = username
      self.source = source
      self.account = account
      self.all = all
    }
  }

  /// Budgets in no order that means anything, then what wrong codes have disabled.
  package func list(_ wanted: Wanted, after cursor: Int64?, limit: Int) async throws(StorageFault) -> Page<Lockout> {
    let username = wanted.username.flatMap { try? Username(parsing: $0, with: text) }
    let name = wanted.username.map { limiter.nameDigest(Array((username?.text ?? $0).utf8)) }
    let filter = BudgetFilter(
      name: name, source: wanted.source.map { limiter.sourceDigest($0) }, account: wanted.account,
      includesCounting: wanted.all)
    return try await store.read { snapshot throws(StorageFault) in
      var items: [Lockout] = []
      if cursor ?? 0 < LockoutService.firstOfFactors {
        let page = try snapshot.budgets(filter, after: cursor, limit: limit)
        for kept in page.items { items.append(try snapshot.lockout(kept)) }
        if let next = page.next { return Page(items: items, next: next) }
      }
      // Codes are shown to an account, from whatever source.
      if wanted.source != nil { return Page(items: items, next: nil) }
      var account = wanted.account
      if wanted.username != nil {
        guard let username, let named = try snapshot.credentials(named: username)?.account.id,
          account == nil || account == named
        else { return Page(items: items, next: nil) }
        account = named
      }
      let start = max(0, (cursor ?? 0) - LockoutService.firstOfFactors)
      let left = limit - items.count
      if left == 0 { return Page(items: items, next: LockoutService.firstOfFactors) }
      let factors = try snapshot.disabledFactors(of: account, after: start, limit: left)
      for factor in factors.items { items.append(try snapshot.lockout(factor)) }
      return Page(items: items, next: factors.next.map { $0 + LockoutService.firstOfFactors })
    }
  }

  /// Above all that budgets have for cursors.
  private static let firstOfFactors: Int64 = 1 << 56

  /// Forgets the failures; false where there are none under that id. Nobody is told: it is no event of the account's.
  package func clear(_ id: LockoutID, caller: Caller) async throws(StorageFault) -> Bool {
    let isCleared = try await store.write { tx throws(StorageFault) in
      guard let kept = try tx.keptBudget(beginning: id.keyBeginning) else { return false }
      let budget = kept.budget.forgetting(under: kept.rule, at: tx.now)
      guard budget.failures > 0 else { return false }
      try tx.clearBudget(kept.key)
      try tx.append(
        AuditEntry(
          .lockoutCleared, by: caller.actor, subject: kept.account?.text ?? id.text, request: caller.request,
          detail: [("lockout", id.text), ("kind", kept.kind.rawValue), ("failures", String(budget.failures))]))
      return true
    }
    if isCleared { queue.callAll() }
    return isCleared
  }
}

extension Snapshot {
  fileprivate func lockout(_ kept: KeptBudget) throws(StorageFault) -> Lockout {
    var account: Account?
    if let id = kept.account { account = try self.account(id) }
    let budget = kept.budget.forgetting(under: kept.rule, at: now)
    let isRefusing = kept.spentUntil.map { $0 > now } ?? false
    return Lockout(
      id: LockoutID(key: kept.key), kind: kept.kind.rawValue, account: account, failures: budget.failures,
      limit: kept.rule.limit, since: budget.windowStart, until: isRefusing ? kept.spentUntil : nil,
      why: kept.kind.why)
  }

  fileprivate func lockout(_ factor: DisabledFactor) throws(StorageFault) -> Lockout {
    let (kind, limit, why) =
      switch factor.factor {
      case .authenticator:
        (
          "authenticator", SignInPolicy.authenticatorFailures,
          "Wrong codes in a row disabled the authenticator. A recovery code opens the account, or its totp-reset."
        )
      case .recoveryCodes:
        (
          "recovery-codes", SignInPolicy.recoveryCodeFailures,
          "Wrong recovery codes in a row: none is compared any more. New ones open it, or the account's totp-reset."
        )
      }
    return Lockout(
      id: nil, kind: kind, account: try account(factor.account), failures: factor.failures, limit: limit, since: nil,
      until: nil, why: why)
  }
}
