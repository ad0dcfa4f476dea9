import AnteroomCore
import Testing

/// Random histories of one bucket against a model that keeps every evaluated failure with its time and knows no
/// counters: what was reserved, failed, given back, lost with a daemon, and when.
@Suite struct AttemptBudgetModelTests {
  private static let window = BudgetRule.window(limit: 4, seconds: 60)
  private static let sliding = BudgetRule.sliding(limit: 4, seconds: 240)
  private static let delay = BudgetRule.delay(burst: 3, longest: 15, forgottenAfter: 90)

  /// What happened, told plainly.
  private struct Model {
    let rule: BudgetRule
    /// Since the last time that all was forgotten; under a sliding rule, ever.
    var failures: [Instant] = []
    var reserved = 0
    /// Every failure ever, with when its window began.
    var windows: [Instant: Int] = [:]

    private func isOver(at now: Instant) -> Bool {
      guard let first = failures.first, let last = failures.last else { return true }
      return switch rule {
      case .window(_, let seconds): now >= first.adding(seconds: seconds)
      case .sliding: false
      case .delay(_, _, let seconds): now >= last.adding(seconds: seconds)
      }
    }

    mutating func fail(at now: Instant) {
      if isOver(at: now) { failures = [] }
      failures.append(now)
      windows[failures[0], default: 0] += 1
    }

    /// When a sliding rule forgets each failure: when its time has passed since the last one of the same part of it.
    private static func ends(of failures: [Instant], lookingBack seconds: Int) -> [Instant] {
      let part = Int64(seconds / 24) * 1000
      return failures.map { failure in
        let last = failures.last { $0.milliseconds / part == failure.milliseconds / part } ?? failure
        return last.adding(seconds: seconds)
      }
    }

    /// Nil where a try may be made; the wait where it may not; 0 where others are undecided.
    func wait(at now: Instant) -> Int64? {
      let current = isOver(at: now) ? [] : failures
      switch rule {
      case .window(let limit, let seconds):
        if current.count >= limit { return current[0].adding(seconds: seconds).milliseconds(since: now) }
        return current.count + reserved < limit ? nil : 0
      case .sliding(let limit, let seconds):
        let ends = Self.ends(of: current, lookingBack: seconds).filter { $0 > now }
        if ends.count >= limit { return ends[ends.count - limit].milliseconds(since: now) }
        return ends.count + reserved < limit ? nil : 0
      case .delay(let burst, let longest, _):
        if current.count < burst { return current.count + reserved < burst ? nil : 0 }
        var seconds = 1
        for _ in burst..<current.count where seconds < longest { seconds *= 2 }
        let left = current[current.count - 1].adding(seconds: min(seconds, longest)).milliseconds(since: now)
        if left > 0 { return left }
        return reserved == 0 ? nil : 0
      }
    }
  }

  private static func agree(_ budget: AttemptBudget, _ model: Model, at now: Instant) -> Bool {
    let verdict = budget.verdict(under: model.rule, at: now)
    let room = budget.room(under: model.rule, at: now)
    switch model.wait(at: now) {
    case nil: return verdict == .available && room > 0
    case .some(0): return verdict == .pending && room == 0
    case .some(let milliseconds):
      return verdict == .spent(until: Instant(milliseconds: now.milliseconds + milliseconds)) && room == 0
    }
  }

  @Test(arguments: [window, sliding, delay], 0..<10)
  func `no history lets more fail than the rule allows, refuses one that it allows, or names a wrong time`(
    rule: BudgetRule, portion: Int
  ) {
    for seed in 0..<1000 {
      var chance = SplitMix64(seed: UInt64(portion * 1000 + seed))
      var now = Instant(seconds: 1_000_000)
      var budget = AttemptBudget.untouched(at: now)
      var model = Model(rule: rule)
      for step in 0..<60 {
        let before = budget
        switch chance.below(8) {
        case 0, 1, 2:
          if case .available = budget.verdict(under: rule, at: now) {
            budget = budget.reserving(under: rule, at: now)
            model.reserved += 1
          }
        case 3, 4:
          if model.reserved > 0 {
            budget = budget.committing(under: rule, at: now)
            model.reserved -= 1
            model.fail(at: now)
          }
        case 5:
          if model.reserved > 0 {
            budget = budget.refunding()
            model.reserved -= 1
          }
        case 6: now = now.adding(seconds: chance.pick([0, 1, 1, 2, 5, 16, 30, 61, 91, 239]))
        case _:
          // Killed, and started again some time later.
          guard chance.isOne(in: 4) else { continue }
          now = now.adding(seconds: chance.below(70))
          budget = budget.abandoned(under: rule, at: now)
          for _ in 0..<model.reserved { model.fail(at: now) }
          model.reserved = 0
        }
        guard AttemptBudgetModelTests.agree(budget, model, at: now), budget.reserved == model.reserved else {
          Issue.record("seed \(portion * 1000 + seed), step \(step): \(before) became \(budget), \(model)")
          return
        }
        // An honest Retry-After: not a moment before, and then at once where nobody else is being tested.
        if case .spent(let until) = budget.verdict(under: rule, at: now) {
          let wait = until.secondsToWait(from: now)
          let early = Instant(milliseconds: until.milliseconds - 1)
          var alone = budget
          while alone.reserved > 0 { alone = alone.refunding() }
          guard budget.verdict(under: rule, at: early) == .spent(until: until), wait >= 1,
            alone.verdict(under: rule, at: now.adding(seconds: wait)) == .available
          else {
            Issue.record("seed \(portion * 1000 + seed), step \(step): \(until) from \(now) is not honest")
            return
          }
        }
      }
      // What was under way when the window began anew is counted in the new one, so that none has more than the limit
      // and what one daemon's death left undecided.
      if case .window(let limit, _) = rule {
        guard model.windows.values.allSatisfy({ $0 <= limit }) else {
          Issue.record("seed \(portion * 1000 + seed): \(model.windows) in windows of \(limit)")
          return
        }
      }
    }
  }

  /// Whatever happens, at whatever moments: attempts that fail at once or later, successes, deaths of the daemon. In no
  /// 24 hours are more evaluated than the day's, and nobody is refused for what is older than 25 hours.
  @Test(arguments: 0..<10)
  func `in any day there are no more than the day's, and what is over is held against nobody`(portion: Int) {
    let hour = 3_600_000 as Int64
    for seed in 0..<200 {
      var chance = SplitMix64(seed: UInt64(1_000_000 + portion * 200 + seed))
      let limit = chance.pick([1, 2, 5, 100])
      let rule = BudgetRule.sliding(limit: limit, seconds: 86_400)
      let pace = chance.pick([1000, 60_000, 20 * 60_000, 3_600_000, 20 * 3_600_000])
      var now = Instant(milliseconds: Int64(1_000_000_000_000 + chance.below(7_200_000)))
      var budget = AttemptBudget.untouched(at: now)
      var failed: [Instant] = []
      var reserved = 0
      for step in 0..<400 {
        now = Instant(milliseconds: now.milliseconds + Int64(chance.below(pace + 1)))
        let lately = failed.count { now.milliseconds(since: $0) < 25 * hour }
        switch budget.verdict(under: rule, at: now) {
        case .available:
          budget = budget.reserving(under: rule, at: now)
          reserved += 1
        case .pending where lately + reserved >= limit: break
        case .spent(let until) where lately >= limit && until > now && until.milliseconds(since: now) <= 25 * hour:
          break
        case .pending, .spent:
          Issue.record("seed \(seed), step \(step): refused for \(lately) failures and \(reserved) of \(limit)")
          return
        }
        switch chance.below(8) {
        case 0..<5 where reserved > 0:
          budget = budget.committing(under: rule, at: now)
          failed.append(now)
          reserved -= 1
        case 5 where reserved > 0:
          budget = budget.refunding()
          reserved -= 1
        case 6 where chance.isOne(in: 10):
          budget = budget.abandoned(under: rule, at: now)
          failed += Array(repeating: now, count: reserved)
          reserved = 0
        case _: break
        }
        // As it goes to the store and comes back.
        guard let read = FailureSlots(text: budget.slots.text), read == budget.slots else {
          Issue.record("\(budget.slots.text) does not read back")
          return
        }
      }
      let isKept = zip(failed, failed.dropFirst(limit)).allSatisfy { $1.milliseconds(since: $0) >= 24 * hour }
      #expect(isKept && !failed.isEmpty, "seed \(seed): more than \(limit) in a day")
    }
  }

  @Test(arguments: ["x", "1", "1:", ":1", "1:0", "1:-1", "2:1 1:1", "1:1 1:1", "1:1:1"])
  func `what are no slots are none`(text: String) { #expect(FailureSlots(text: text) == nil) }

  /// As a row of before has it: how many there were is known, and when the last of them was.
  @Test func `failures without their times are of the time of the last one`() {
    let last = Instant(seconds: 3600 * 1000 + 1800)
    let old = AttemptBudget(failures: 5, reserved: 0, windowStart: last, lastFailure: last)
    let rule = BudgetRule.sliding(limit: 5, seconds: 86_400)
    let end = last.adding(seconds: 86_400)
    #expect(old.verdict(under: rule, at: last) == .spent(until: end) && old.expiry(under: rule) == end)
    #expect(old.verdict(under: rule, at: end) == .available)
  }

  @Test(
    arguments: [
      (1, false, 0), (2, false, 1), (3, false, 1), (4, true, AttemptBudget.firstSpentRank + 2),
      (9, true, AttemptBudget.firstSpentRank + 3),
    ] as [(Int, Bool, Int64)])
  func `what failed more often is forgotten later, and a bar last`(failures: Int, isSpent: Bool, rank: Int64) {
    let now = Instant(seconds: 1_000_000)
    let budget = AttemptBudget(failures: failures, reserved: 0, windowStart: now, lastFailure: now)
    #expect((budget.spentUntil(under: Self.window, at: now) != nil) == isSpent)
    #expect(budget.rank(under: Self.window, at: now) == rank)
    #expect(budget.rank(under: Self.delay, at: now) == rank % AttemptBudget.firstSpentRank)
  }

  @Test(arguments: [window, sliding, delay, .window(limit: 100, seconds: 86_400)])
  func `a rule reads back from what is stored of it`(rule: BudgetRule) {
    #expect(BudgetRule(text: rule.text) == rule)
  }

  @Test(arguments: ["", "window", "window 1", "window 1 2 3", "window 1 x", "delay 1 2", "quiet 1 2", "gate 1 2"])
  func `what is no rule is none`(text: String) { #expect(BudgetRule(text: text) == nil) }

  @Test func `a lockout's id gives back the beginning of its key`() {
    for seed in 0..<200 {
      var chance = SplitMix64(seed: UInt64(seed))
      let key = Digest((0..<32).map { _ in UInt8(chance.below(256)) })
      let id = LockoutID(key: key)
      #expect(LockoutID(parsing: id.text) == id)
      #expect(id.keyBeginning == Array(key.bytes[..<16]))
    }
  }
}
