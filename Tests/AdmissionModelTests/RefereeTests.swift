import Testing

/// The referee's own tests: what it must not accept.
@Suite struct RefereeTests {
  private static let hana = Hand.session(.hana)

  /// A host is in, and two wait for the one seat there is.
  private static func waiting() -> Model {
    var rules = Rules()
    rules.capacity = 1
    var model = Model(rules)
    _ = model.apply(.join(.hana, .nothing, ticket: nil, session: 0), as: 0)
    _ = model.apply(.join(.gil, .right, ticket: nil, session: nil), as: 1)
    _ = model.apply(.join(.gus, .right, ticket: nil, session: nil), as: 2)
    return model
  }

  private static func admitted(_ join: Int, _ outcome: Outcome) -> Done {
    Done(key: 10 + join, step: .act(.admit, on: join, by: hana), outcome: outcome)
  }

  @Test(arguments: [
    (Outcome(.done, .admitted, epoch: 1), Outcome(.impossible), true),
    (Outcome(.impossible), Outcome(.done, .admitted, epoch: 1), true),
    (Outcome(.done, .admitted, epoch: 1), Outcome(.done, .admitted, epoch: 1), false),
    (Outcome(.impossible), Outcome(.impossible), false),
  ])
  func `of two who are admitted at once to one seat either gets it, and never both or none`(
    one: Outcome, other: Outcome, isExplained: Bool
  ) {
    let done = [Self.admitted(1, one), Self.admitted(2, other)]
    #expect((Orders.explaining(done, from: Self.waiting()) { _ in true } != nil) == isExplained)
  }

  @Test(arguments: [(0, true), (1, true), (2, false)])
  func `whoever knocks while all are admitted need not be among them`(count: Int, isExplained: Bool) {
    let done = [
      Done(key: 10, step: .admitWaiting(by: Self.hana), outcome: Outcome(.done, count: count)),
      Done(
        key: 11, step: .act(.deny(ban: false), on: 1, by: Self.hana), outcome: Outcome(.done, .denied, epoch: 1)),
      Done(
        key: 12, step: .act(.deny(ban: false), on: 2, by: Self.hana), outcome: Outcome(.done, .denied, epoch: 1)),
      Done(
        key: 13, step: .join(.gwen, .right, ticket: nil, session: nil), outcome: Outcome(.made, .waiting)),
    ]
    #expect((Orders.explaining(done, from: Self.waiting()) { _ in true } != nil) == isExplained)
  }

  @Test(arguments: [
    Step.act(.remove(ban: false), on: 1, by: hana), .act(.sendBack, on: 1, by: hana), .suspend(by: hana),
    .end(by: hana), .lock(by: hana), .rotate(by: hana), .pass(seconds: 30, swept: true), .bar(1, by: hana),
    .act(.deny(ban: false), on: 1, by: hana), .leave(1),
  ])
  func `a grant of before is worth nothing after it`(act: Step) {
    var model = Self.waiting()
    _ = model.apply(.act(.admit, on: 1, by: Self.hana), as: 3)
    if act == .leave(1) { _ = model.apply(.present(1, astray: false), as: 4) }
    let look = model.apply(.look(1), as: 5)
    #expect(look.hasGrant && model.isRedeemable(5))
    _ = model.apply(act, as: 6)
    #expect(!model.isRedeemable(5))
    #expect(model.apply(.redeem(5, astray: false), as: 7).kind == .refused)
  }
}
