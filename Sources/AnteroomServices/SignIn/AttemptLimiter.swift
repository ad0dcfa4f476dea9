package import AnteroomCore

/// The figures of `[limits]` that budgets are made from.
package struct AttemptLimits: Hashable, Sendable {
  /// Of one source in ten minutes, over all accounts.
  package var sourceFailures: Int
  /// Of all strangers together on one account in a day.
  package var accountFailures: Int
  package var joinFailures: Int
  /// Addresses that many people share; they are not budgeted as a source.
  package var sharedSources: Set<SourcePrefix>

  package init(sourceFailures: Int, accountFailures: Int, joinFailures: Int, sharedSources: Set<SourcePrefix>) {
    self.sourceFailures = sourceFailures
    self.accountFailures = accountFailures
    self.joinFailures = joinFailures
    self.sharedSources = sharedSources
  }
}

/// What a secret was tested for. Every route that tests one names one of these, and a test compares
/// the catalogue of endpoints with this list.
package enum SecretTest: String, Sendable, CaseIterable {
  case password
  case oneTimeCode = "one-time-code"
  case setupCode = "setup-code"
  case passcode
  /// 256 random bits: nobody guesses them, nothing is counted.
  case token
  /// A signature: nobody guesses it either.
  case grant
  /// An issuer's signature: nothing is counted against anybody but the refusal.
  case identity
}

/// One bucket of attempts: under which key it is kept and what it allows.
package struct BudgetBucket: Hashable, Sendable {
  package let key: Digest
  package let rule: BudgetRule
}

package enum Reservation: Hashable, Sendable {
  case reserved
  case pending
  case spent(until: Instant)
}

extension BudgetKeeping {
  /// Reserves in all buckets or in none.
  func reserve(_ buckets: [BudgetBucket], at now: Instant) throws(StorageFault) -> Reservation {
    var held: [(BudgetBucket, AttemptBudget)] = []
    var isPending = false
    var spent: Instant?
    for bucket in buckets {
      let budget = try budget(bucket.key) ?? .untouched(at: now)
      switch budget.verdict(under: bucket.rule, at: now) {
      case .available: held.append((bucket, budget))
      case .pending: isPending = true
      case .spent(let until): spent = max(spent ?? until, until)
      }
    }
    if let spent { return .spent(until: spent) }
    if isPending { return .pending }
    for (bucket, budget) in held { try save(budget.reserving(under: bucket.rule, at: now), bucket) }
    return .reserved
  }

  func commit(_ buckets: [BudgetBucket], at now: Instant) throws(StorageFault) {
    for bucket in buckets {
      let budget = try budget(bucket.key) ?? .untouched(at: now)
      try save(budget.committing(under: bucket.rule, at: now), bucket)
    }
  }

  func refund(_ buckets: [BudgetBucket], at now: Instant) throws(StorageFault) {
    for bucket in buckets {
      guard let budget = try budget(bucket.key) else { continue }
      try save(budget.refunding(), bucket)
    }
  }

  private func save(_ budget: AttemptBudget, _ bucket: BudgetBucket) throws(StorageFault) {
    try save(budget, as: bucket.key, expiresAt: budget.expiry(under: bucket.rule))
  }
}

/// The one limiter: which buckets an attempt draws on.
package struct AttemptLimiter: Sendable {
  private let limits: AttemptLimits
  private let digests: any Digests

  package init(limits: AttemptLimits, digests: any Digests) {
    self.limits = limits
    self.digests = digests
  }

  /// Where an attempt comes from, as it is counted: the believed address, or the front end.
  package struct Origin: Hashable, Sendable {
    package let frontEnd: String
    package let source: SourcePrefix?

    package init(frontEnd: FrontEnd, source: SourcePrefix?) {
      self.frontEnd = frontEnd.name
      self.source = frontEnd.isBelievedOnSource ? source : nil
    }

    /// Groups what shares one place in a queue.
    package var text: String { source.map { "ip " + $0.text } ?? "frontend " + frontEnd }
  }

  /// A password for `name`, existing or not. A known device of the account lifts the budgets that
  /// strangers can spend, and has a delay of its own.
  package func password(name: [UInt8], origin: Origin, knownDevice: String?) -> [BudgetBucket] {
    let pair = SignInPolicy.accountWithSource
    if let knownDevice { return [bucket("device", [knownDevice], name, pair)] }
    var buckets = [
      bucket("account", [origin.text], name, pair),
      bucket("strangers", [], name, SignInPolicy.strangers(failures: limits.accountFailures)),
    ]
    if let source = countedSource(origin) {
      buckets.append(bucket("source", [source], [], SignInPolicy.source(failures: limits.sourceFailures)))
    }
    return buckets
  }

  /// The password again, by who is signed in already: budgets of the account that no stranger can draw on.
  package func confirmation(name: [UInt8]) -> [BudgetBucket] {
    [
      bucket("confirmation", [], name, SignInPolicy.accountWithSource),
      bucket("confirmations", [], name, SignInPolicy.strangers(failures: limits.accountFailures)),
    ]
  }

  /// A setup or reset code for `name`.
  package func setupCode(name: [UInt8], origin: Origin) -> [BudgetBucket] {
    [bucket("setup", [origin.text], name, SignInPolicy.setupCodeRule)]
  }

  package func registration(name: [UInt8], origin: Origin) -> [BudgetBucket] {
    if let source = countedSource(origin) { return [bucket("registration", [source], [], SignInPolicy.registrations)] }
    return [
      bucket("registration", [origin.frontEnd], name, SignInPolicy.registrations),
      bucket("registrations", [origin.frontEnd], [], .window(limit: 1000, seconds: 3600)),
    ]
  }

  /// A passcode for the meeting id as it was given, existing or not. Without a believed source of one's
  /// own all of a front end's joiners share the pair's bucket: it is deeper than the passcode's own cap
  /// goes, and there is none over all ids, since one stranger must not shut a whole front end out.
  package func passcode(meeting: String, origin: Origin) -> [BudgetBucket] {
    let name = Array(meeting.utf8)
    guard let source = countedSource(origin) else {
      let failures = max(limits.joinFailures * 5, AttemptLimiter.deepestPasscodeCap)
      return [bucket("join", ["frontend " + origin.frontEnd], name, .window(limit: failures, seconds: 600))]
    }
    return [
      bucket("join", ["ip " + source], name, .window(limit: limits.joinFailures, seconds: 600)),
      bucket("joins", [source], [], .window(limit: limits.joinFailures * 5, seconds: 600)),
    ]
  }

  /// The most that `passcode_failures` can be.
  private static let deepestPasscodeCap = 100

  /// Joins that one source makes in one meeting: who knows the way in must not fill the disk by coming and going.
  /// Nil where many share a source.
  package func knocks(meeting: String, origin: Origin, limit: Int) -> BudgetBucket? {
    guard let source = countedSource(origin) else { return nil }
    return bucket("knocks", ["ip " + source], Array(meeting.utf8), .window(limit: limit, seconds: 600))
  }

  /// Under which the refusals of somebody known by an id are counted.
  package func actorDigest(_ actor: String) -> Digest {
    digests.keyed(.source, context: "actor", Array(actor.utf8).span)
  }

  /// Under which strangers' refusals are counted.
  package func sourceDigest(_ origin: Origin) -> Digest {
    digests.keyed(.source, context: "refusals", Array(origin.text.utf8).span)
  }

  /// A believed address of one's own as a number, for counting who waits from where; nil where many share it.
  package func place(_ origin: Origin) -> Int64? {
    guard let source = countedSource(origin) else { return nil }
    return digests.keyed(.source, context: "place", Array(source.utf8).span).number
  }

  private func countedSource(_ origin: Origin) -> String? {
    guard let source = origin.source, !limits.sharedSources.contains(source) else { return nil }
    return source.text
  }

  private func bucket(_ kind: String, _ parts: [String], _ name: [UInt8], _ rule: BudgetRule) -> BudgetBucket {
    let context = ([kind] + parts).joined(separator: "\u{0}")
    return BudgetBucket(key: digests.keyed(.budget, context: context, name.span), rule: rule)
  }
}
