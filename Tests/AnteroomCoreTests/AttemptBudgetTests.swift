import AnteroomCore
import Testing

@Suite struct AttemptBudgetTests {
  private static let start = Instant(seconds: 1_000_000)
  private static let window = BudgetRule.window(limit: 3, seconds: 600)
  private static let delay = BudgetRule.delay(burst: 3, longest: 15, forgottenAfter: 900)

  private static func after(_ seconds: Int) -> Instant { start.adding(seconds: seconds) }

  private static func budget(failures: Int, reserved: Int) -> AttemptBudget {
    AttemptBudget(failures: failures, reserved: reserved, windowStart: start, lastFailure: start)
  }

  @Test(
    arguments: [
      (0, 0, 0, .available), (0, 2, 0, .available), (0, 3, 0, .pending), (2, 0, 0, .available), (2, 1, 0, .pending),
      (1, 5, 0, .pending), (3, 0, 0, .spent(until: after(600))), (3, 0, 599, .spent(until: after(600))),
      (3, 4, 10, .spent(until: after(600))), (9, 0, 10, .spent(until: after(600))), (3, 0, 600, .available),
      (3, 0, 601, .available), (3, 2, 600, .available), (3, 3, 600, .pending), (0, 3, 6000, .pending),
    ] as [(Int, Int, Int, AttemptBudget.Verdict)])
  func `a window is spent by failures, pending by reservations and over at its end`(
    failures: Int, reserved: Int, seconds: Int, verdict: AttemptBudget.Verdict
  ) {
    #expect(
      Self.budget(failures: failures, reserved: reserved).verdict(under: Self.window, at: Self.after(seconds))
        == verdict)
  }

  @Test(arguments: [(3, 1), (4, 2), (5, 4), (6, 8), (7, 15), (8, 15), (19, 15), (20, 15), (70, 15), (1_000_000, 15)])
  func `after the burst each failure delays the next try, up to the longest`(failures: Int, seconds: Int) {
    let budget = Self.budget(failures: failures, reserved: 0)
    let open = Self.after(seconds)
    #expect(budget.verdict(under: Self.delay, at: Self.start) == .spent(until: open))
    #expect(budget.verdict(under: Self.delay, at: Instant(milliseconds: open.milliseconds - 1)) == .spent(until: open))
    #expect(budget.verdict(under: Self.delay, at: open) == .available)
  }

  @Test(
    arguments: [
      (0, 0, 0, .available), (2, 0, 0, .available), (0, 2, 0, .available), (0, 3, 0, .pending), (2, 1, 0, .pending),
      (2, 9, 0, .pending), (3, 1, 0, .spent(until: after(1))), (3, 1, 1, .pending), (3, 0, 1, .available),
      (9, 1, 899, .pending), (9, 1, 900, .available), (9, 0, 900, .available), (9, 3, 900, .pending),
    ] as [(Int, Int, Int, AttemptBudget.Verdict)])
  func `a delay lets one try at a time, and forgets`(
    failures: Int, reserved: Int, seconds: Int, verdict: AttemptBudget.Verdict
  ) {
    #expect(
      Self.budget(failures: failures, reserved: reserved).verdict(under: Self.delay, at: Self.after(seconds)) == verdict
    )
  }

  @Test func `a refund takes its own reservation alone`() {
    let budget = Self.budget(failures: 2, reserved: 2)
    #expect(budget.refunding() == Self.budget(failures: 2, reserved: 1))
    #expect(Self.budget(failures: 2, reserved: 0).refunding() == Self.budget(failures: 2, reserved: 0))
  }

  @Test func `a commit turns a reservation into a failure`() {
    let reserved = AttemptBudget.untouched(at: Self.start).reserving(under: Self.window, at: Self.after(5))
    #expect(reserved.reserved == 1 && reserved.failures == 0)
    let failed = reserved.committing(under: Self.window, at: Self.after(6))
    #expect(failed == AttemptBudget(failures: 1, reserved: 0, windowStart: Self.after(6), lastFailure: Self.after(6)))
    let again = failed.reserving(under: Self.window, at: Self.after(7)).committing(
      under: Self.window, at: Self.after(8))
    #expect(again == AttemptBudget(failures: 2, reserved: 0, windowStart: Self.after(6), lastFailure: Self.after(8)))
  }

  @Test func `a window begins anew with the first failure after it`() {
    let spent = Self.budget(failures: 3, reserved: 1)
    let next = spent.committing(under: Self.window, at: Self.after(700))
    #expect(next == AttemptBudget(failures: 1, reserved: 0, windowStart: Self.after(700), lastFailure: Self.after(700)))
  }

  @Test(arguments: [window, delay])
  func `what is reserved and refunded while it is spent does not prolong it`(rule: BudgetRule) {
    var budget = Self.budget(failures: 5, reserved: 0)
    let before = budget.verdict(under: rule, at: Self.after(1))
    for second in 1...3 {
      budget = budget.reserving(under: rule, at: Self.after(second)).refunding()
    }
    #expect(budget == Self.budget(failures: 5, reserved: 0))
    #expect(budget.verdict(under: rule, at: Self.after(1)) == before)
  }

  /// Nothing is evaluated while it is spent; even what was under way before cannot move a window's end.
  @Test func `a late failure does not move the end of a window`() {
    let late = Self.budget(failures: 3, reserved: 2).committing(under: Self.window, at: Self.after(300))
    #expect(late.verdict(under: Self.window, at: Self.after(301)) == .spent(until: Self.after(600)))
  }

  @Test(arguments: [(1, 200), (10, 200), (100, 150)])
  func `of many wrong guesses at once no more than the limit are evaluated`(limit: Int, guesses: Int) {
    let rule = BudgetRule.window(limit: limit, seconds: 600)
    var budget = AttemptBudget.untouched(at: Self.start)
    var evaluated = 0
    var waiting = guesses
    while waiting > 0 {
      var underWay = 0
      while waiting > 0, budget.verdict(under: rule, at: Self.start) == .available {
        budget = budget.reserving(under: rule, at: Self.start)
        underWay += 1
        waiting -= 1
      }
      if underWay == 0 { break }
      evaluated += underWay
      for _ in 0..<underWay { budget = budget.committing(under: rule, at: Self.start) }
    }
    #expect(evaluated == limit)
    #expect(budget.verdict(under: rule, at: Self.start) == .spent(until: Self.after(600)))
  }

  @Test func `right sign-ins at once all succeed, however many`() {
    var budget = AttemptBudget.untouched(at: Self.start)
    for _ in 0..<200 {
      #expect(budget.verdict(under: Self.window, at: Self.start) == .available)
      budget = budget.reserving(under: Self.window, at: Self.start).refunding()
    }
    #expect(budget.failures == 0)
  }

  @Test func `a row may go when its window or its memory is over`() {
    let budget = AttemptBudget(failures: 1, reserved: 0, windowStart: Self.start, lastFailure: Self.after(100))
    #expect(budget.expiry(under: Self.window) == Self.after(600))
    #expect(budget.expiry(under: Self.delay) == Self.after(1000))
  }
}
