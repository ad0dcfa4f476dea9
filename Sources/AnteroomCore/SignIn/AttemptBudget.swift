/// How many failures somebody may have, and what follows.
package enum BudgetRule: Hashable, Sendable {
  /// At most `limit` failures in a window of `seconds` that begins with the first of them.
  case window(limit: Int, seconds: Int)

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

  package init(failures: Int, reserved: Int, windowStart: Instant, lastFailure: Instant) {
    self.failures = failures
    self.reserved = reserved
    self.windowStart = windowStart
    self.lastFailure = lastFailure
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
    case .delay(let burst, let longest, _):
      if current.failures + current.reserved < burst { return .available }
      if current.failures < burst { return .pending }
      let open = current.lastFailure.adding(
        seconds: AttemptBudget.delay(afterFailure: current.failures - burst, longest: longest))
      if now < open { return .spent(until: open) }
      return current.reserved > 0 ? .pending : .available
    }
  }

  package func reserving(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    var next = forgetting(under: rule, at: now)
    next.reserved += 1
    return next
  }

  /// The reserved attempt failed.
  package func committing(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    var next = forgetting(under: rule, at: now)
    if next.failures == 0 { next.windowStart = now }
    next.reserved = max(0, next.reserved - 1)
    next.failures += 1
    next.lastFailure = now
    return next
  }

  /// The reserved attempt succeeded or was never made. Only the reservation goes: a success does not
  /// wash away somebody else's guesses.
  package func refunding() -> AttemptBudget {
    var next = self
    next.reserved = max(0, next.reserved - 1)
    return next
  }

  /// When nothing of it matters any more and its row may go.
  package func expiry(under rule: BudgetRule) -> Instant {
    switch rule {
    case .window(_, let seconds): windowStart.adding(seconds: seconds)
    case .delay(_, _, let forgottenAfter): lastFailure.adding(seconds: forgottenAfter)
    }
  }

  private func forgetting(under rule: BudgetRule, at now: Instant) -> AttemptBudget {
    guard failures > 0, now >= expiry(under: rule) else { return self }
    return AttemptBudget(failures: 0, reserved: reserved, windowStart: now, lastFailure: lastFailure)
  }

  private static func delay(afterFailure count: Int, longest: Int) -> Int {
    count >= 16 ? longest : min(longest, 1 << count)
  }
}
