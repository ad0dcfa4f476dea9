package import AnteroomCore

/// One bucket of attempts: under which key it is kept, what it allows, and what it is about.
package struct BudgetBucket: Hashable, Sendable {
  package let kind: BudgetKind
  /// A keyed digest of all that tells one bucket from another: the name as it was typed, existing or not.
  package let key: Digest
  package let rule: BudgetRule
  /// Keyed digests of the username and of the source, so that an operator finds what is about them.
  package let name: Digest?
  package let source: Digest?
  /// The account of that name, where there is one.
  package var account: AccountID?

  package init(
    kind: BudgetKind, key: Digest, rule: BudgetRule, name: Digest?, source: Digest?, account: AccountID? = nil
  ) {
    self.kind = kind
    self.key = key
    self.rule = rule
    self.name = name
    self.source = source
    self.account = account
  }
}

package enum Reservation: Hashable, Sendable {
  case reserved
  /// Others' attempts are undecided; this one stands in line for its turn.
  case pending
  case spent(until: Instant)
  /// No place: the line is full, or the table is full of bars that must not be forgotten.
  case full
}

extension Transaction {
  /// Reserves in all buckets or in none. Who comes later does not overtake who stands in line.
  func reserve(_ buckets: [BudgetBucket], for turn: AttemptTurn) throws(StorageFault) -> Reservation {
    turn.begin()
    // What nobody could settle counts as failed, as it does when the daemon dies.
    turn.settlesOwed()
    for bucket in turn.owed {
      guard let budget = try budget(bucket.key), budget.reserved > 0 else { continue }
      try save(budget.committing(under: bucket.rule, at: now), of: bucket)
    }
    var found: [(BudgetBucket, AttemptBudget)] = []
    var undecided: Digest?
    var spent: Instant?
    var isShortOfPlace = false
    for bucket in buckets {
      let kept = try budget(bucket.key)
      let budget = kept ?? .untouched(at: now)
      switch budget.verdict(under: bucket.rule, at: now) {
      case .available:
        if turn.isBehind(in: bucket.key) { undecided = undecided ?? bucket.key }
        if kept == nil && !bucket.kind.isOfKnownPeople {
          isShortOfPlace = try !hasRoomForBudget(in: bucket.kind.pool) || isShortOfPlace
        }
        found.append((bucket, budget))
      case .pending: undecided = undecided ?? bucket.key
      case .spent(let until): spent = max(spent ?? until, until)
      }
    }
    if let spent { return .spent(until: spent) }
    if let undecided { return turn.stand(in: undecided) ? .pending : .full }
    if isShortOfPlace { return .full }
    var rooms: [Digest: Int] = [:]
    for (bucket, budget) in found {
      let next = budget.reserving(under: bucket.rule, at: now)
      try save(next, of: bucket)
      rooms[bucket.key] = next.room(under: bucket.rule, at: now)
    }
    turn.hold(buckets, rooms: rooms)
    return .reserved
  }

  /// What the attempt has reserved is a failure. Gives the buckets that this failure spent.
  @discardableResult
  func commit(_ turn: AttemptTurn) throws(StorageFault) -> [BudgetBucket] {
    try settle(turn) { budget, rule, now in budget.committing(under: rule, at: now) }
  }

  /// Gives back what the attempt has reserved, and nothing else: it succeeded, or was never made.
  func refund(_ turn: AttemptTurn) throws(StorageFault) {
    try settle(turn) { budget, _, _ in budget.refunding() }
  }

  @discardableResult
  private func settle(
    _ turn: AttemptTurn, _ change: (AttemptBudget, BudgetRule, Instant) -> AttemptBudget
  ) throws(StorageFault) -> [BudgetBucket] {
    let buckets = turn.buckets
    var rooms: [Digest: Int] = [:]
    var spent: [BudgetBucket] = []
    for bucket in buckets {
      // Gone only where an operator cleared it meanwhile.
      let before = try budget(bucket.key) ?? AttemptBudget.untouched(at: now).reserving(under: bucket.rule, at: now)
      let after = change(before, bucket.rule, now)
      try save(after, of: bucket)
      let isSpent = after.spentUntil(under: bucket.rule, at: now) != nil
      if isSpent && before.spentUntil(under: bucket.rule, at: now) == nil { spent.append(bucket) }
      // Who waits for what is spent is to hear so at once.
      rooms[bucket.key] = isSpent ? .max : after.room(under: bucket.rule, at: now)
    }
    turn.hold(buckets, rooms: rooms)
    return spent
  }

  /// Until when one of them refuses, for what is reserved, tested and settled in one transaction: there nobody can
  /// come between, and only the failure has to be written.
  func spentUntil(_ buckets: [BudgetBucket]) throws(StorageFault) -> Instant? {
    var latest: Instant?
    for bucket in buckets {
      guard let until = try budget(bucket.key)?.spentUntil(under: bucket.rule, at: now) else { continue }
      latest = max(latest ?? until, until)
    }
    return latest
  }

  /// Counts one more change of somebody's own account. Nil where it may be made, else the seconds to wait.
  func countOwnChange(_ bucket: BudgetBucket) throws(StorageFault) -> Int? {
    if let until = try spentUntil([bucket]) { return until.secondsToWait(from: now) }
    try commit([bucket])
    return nil
  }

  /// A failure in each of them, which nothing was reserved for.
  func commit(_ buckets: [BudgetBucket]) throws(StorageFault) {
    for bucket in buckets {
      let budget = try budget(bucket.key) ?? .untouched(at: now)
      try save(budget.reserving(under: bucket.rule, at: now).committing(under: bucket.rule, at: now), of: bucket)
    }
  }
}
