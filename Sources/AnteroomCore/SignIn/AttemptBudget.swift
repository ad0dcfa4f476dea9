/// How many failures somebody may have, and what follows.
package enum BudgetRule: Hashable, Sendable {
  /// At most `limit` failures in a window of `seconds` that begins with the first of them.
  case window(limit: Int, seconds: Int)

  /// At most `limit` failures in any `seconds`, wherever one begins to count. Each is forgotten by itself, at most a
  /// 24th part of that time late (`FailureSlots`).
  case sliding(limit: Int, seconds: Int)

  /// `burst` failures without delay; after each further one the next try waits 1, 2, 4 … up to
  /// `longest` seconds. Failures are forgotten `forgottenAfter` seconds after the last.
  ///
  /// It slows and never bars: whoever bars an account by guessing would be an attacker's tool.
  case delay(burst: Int, longest: Int, forgottenAfter: Int)
}

/// The attempts of one bucket (a source, an account with a source, an id with a source): reserved
/// before a secret is tested, then committed as a failure or refunded.
///
/// A client that hangs up has paid; what was reserved when the daemon died counts as failed.
package struct AttemptBudget: Hashable, Sendable {
  package var failures: Int
  package var reserved: Int
  /// When the window began; meaningful once there was a failure.
  package var windowStart: Instant
  package var lastFailure: Instant
  /// When the failures were, under a sliding rule; empty under any other.
  package var slots: FailureSlots

  package init(
    failures: Int, reserved: Int, windowStart: Instant, lastFailure: Instant, slots: FailureSlots = .empty
  ) {
    self.failures = failures
    self.reserved = reserved
    self.windowStart = windowStart
    self.lastFailure = lastFailure
    self.slots = slots
  }

  package static func untouched(at now: Instant) -> AttemptBudget {
    AttemptBudget(failures: 0, reserved: 0, windowStart: now, lastFailure: now)
  }

  package enum Verdict: Hashable, Sendable {
    case available
    /// Others' attempts are under way; whether this one may be made is known when they are decided.
    case pending
    /// Spent by failures; attempts meanwhile change nothing, least of all this moment.
    case spent(until: Instant)
  }

  package func verdict(under rule: BudgetRule, at now: Instant) -> Verdict {
    let current = forgetting(under: rule, at: now)
    switch rule {
    case .window(let limit, let seconds):
      if current.failures >= limit { return .spent(until: current.windowStart.adding(seconds: seconds)) }
      return current.failures + current.reserved >= limit ? .pending : .available
    case .sliding(let limit, let seconds):
      if let until = current.slots.time(whenBelow: limit, lookingBack: seconds) { return .spent(until: until) }
      return current.failures + current.reserved >= limit ? .pending : .available
    case .delay(let burst, let longest, _):
      if current.failures + current.reserved < burst { return .available }
      if current.failures < burst { return .pending }
      let open = current.lastFailure.adding(
        seconds: AttemptBudget.delay(afterFailure: current.failures - burst, longest: longest))
      if now < open { return .spent(until: open) }
      return current.reserved > 0 ? .pending : .available
    }
  }

  /// How many more could be reserved now; 0 where it is spent as well.
  package func room(under rule: BudgetRule, at now: Instant) -> Int {
    let current = forgetting(under: rule, at: now)
    switch rule {
    case .window(let limit, _), .sliding(let limit, _): return max(0, limit - current.failures - current.reserved)
    case .delay(let burst, _, _):
      if current.failures < burst { return max(0, burst - current.failures - current.reserved) }
      return verdict(under: rule, at: now) == .available ? 1 : 0
    }
  }

  /// Until when it refuses, if it does.
  package func spentUntil(under rule: BudgetRule, at now: Instant) -> Instant? {
    if case .spent(let until) = verdict(under: rule, at: now) { until } else { nil }
  }

  /// How late it is to be forgotten where there is no place for all: by how often it failed, in powers of two, and a bar
  /// of minutes or hours after everything else. A flood's own rows have one failure each.
  package func rank(under rule: BudgetRule, at now: Instant) -> Int64 {
    let rank = Int64(Int.bitWidth - 1 - max(1, failures).leadingZeroBitCount)
    switch rule {
    case .window, .sliding: return spentUntil(under: rule, at: now) == nil ? rank : rank + AttemptBudget.firstSpentRank
    case .delay: return rank
    }
  }

  /// From this rank on a budget bars; below, it only counts.
  package static let firstSpentRank: Int64 = 64

  package func reserving(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    var next = forgetting(under: rule, at: now)
    next.reserved += 1
    return next
  }

  /// The reserved attempt failed.
  package func committing(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    var next = forgetting(under: rule, at: now)
    next.reserved = max(0, next.reserved - 1)
    next.fail(1, under: rule, at: now)
    return next
  }

  /// The reserved attempt succeeded or was never made. Only the reservation goes: a success does not
  /// wash away somebody else's guesses.
  package func refunding() -> AttemptBudget {
    var next = self
    next.reserved = max(0, next.reserved - 1)
    return next
  }

  /// What was reserved when the daemon died: it was being tested, and counts as failed. Otherwise killing the daemon
  /// would buy guesses.
  package func abandoned(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    guard reserved > 0 else { return self }
    var next = forgetting(under: rule, at: now)
    next.fail(next.reserved, under: rule, at: now)
    next.reserved = 0
    return next
  }

  /// When nothing of it matters any more and its row may go.
  package func expiry(under rule: BudgetRule) -> Instant {
    switch rule {
    case .window(_, let seconds): windowStart.adding(seconds: seconds)
    case .sliding(_, let seconds):
      counted(lookingBack: seconds).end(lookingBack: seconds) ?? lastFailure.adding(seconds: seconds)
    case .delay(_, _, let forgottenAfter): lastFailure.adding(seconds: forgottenAfter)
    }
  }

  /// Without what is over: what of it counts now.
  package func forgetting(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    guard failures > 0 else { return self }
    if case .sliding(_, let seconds) = rule, now < expiry(under: rule) {
      var next = self
      next.slots = counted(lookingBack: seconds).forgetting(at: now, lookingBack: seconds)
      next.failures = next.slots.failures
      next.windowStart = max(windowStart, next.slots.start(lookingBack: seconds) ?? now)
      return next
    }
    guard now >= expiry(under: rule) else { return self }
    return AttemptBudget(failures: 0, reserved: reserved, windowStart: now, lastFailure: lastFailure)
  }

  /// What was counted under another rule, without the times, is of the last of them.
  private func counted(lookingBack seconds: Int) -> FailureSlots {
    guard slots.isEmpty, failures > 0 else { return slots }
    var all = FailureSlots.empty
    all.add(failures, at: lastFailure, lookingBack: seconds)
    return all
  }

  private mutating func fail(_ count: Int, under rule: BudgetRule, at now: Instant) {
    if failures == 0 { windowStart = now }
    failures += count
    lastFailure = now
    if case .sliding(_, let seconds) = rule { slots.add(count, at: now, lookingBack: seconds) }
  }

  private static func delay(afterFailure count: Int, longest: Int) -> Int {
    count >= 16 ? longest : min(longest, 1 << count)
  }
}
