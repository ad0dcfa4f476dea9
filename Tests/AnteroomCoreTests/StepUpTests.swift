import AnteroomCore
import Testing

@Suite struct StepUpTests {
  private static func session(factors: Int, shown secondsAgo: Int) -> Session {
    Session(
      id: SessionID(known: "sess_a"), account: AccountID(known: "acct_host"), factors: factors, methods: [.password],
      createdAt: Fixture.now.adding(seconds: -7200), authenticatedAt: Fixture.now.adding(seconds: -secondsAgo),
      expiresAt: Fixture.now.adding(seconds: 7200), idleExpiresAt: Fixture.now.adding(seconds: 3600))
  }

  private static func account(hasSecondFactor: Bool) -> Account {
    Account(
      id: AccountID(known: "acct_host"), username: Username(known: "ada"), displayName: DisplayName(known: "Ada"),
      isHost: true, vouched: true, disabled: false, hasSecondFactor: hasSecondFactor, createdAt: Fixture.now,
      lastSignInAt: nil, version: 1)
  }

  typealias Case = (stepUp: Int?, factors: Int, hasSecondFactor: Bool, secondsAgo: Int, mayOpenUp: Bool)

  @Test(
    arguments: [
      (stepUp: 60, factors: 2, hasSecondFactor: true, secondsAgo: 0, mayOpenUp: true),
      (60, 2, true, 60, true), (60, 2, true, 61, false), (3600, 2, true, 3600, true), (nil, 2, true, 80_000, true),
      // A password over a second factor is nothing new.
      (60, 1, true, 0, false), (nil, 1, true, 0, true),
      // Who has no second factor has shown the password as recently.
      (60, 1, false, 60, true), (60, 1, false, 61, false),
    ] as [Case])
  func `what opens a meeting up takes what the account has, shown lately`(row: Case) {
    var policy = MeetingPolicy.general
    policy.stepUp = row.stepUp
    let may = policy.isSteppedUp(
      Self.session(factors: row.factors, shown: row.secondsAgo), of: Self.account(hasSecondFactor: row.hasSecondFactor),
      at: Fixture.now)
    #expect(may == row.mayOpenUp)
  }

  @Test(arguments: [
    (PasscodeKind.digits, PasscodeKind.characters, true), (.characters, .words, true), (.digits, .words, true),
    (.words, .characters, false), (.characters, .digits, false), (.words, .words, false),
  ])
  func `a kind of passcode is weaker by what is drawn for it`(one: PasscodeKind, other: PasscodeKind, isWeaker: Bool) {
    #expect(one.isWeaker(than: other) == isWeaker)
  }

  @Test(arguments: [
    (JoinAct.role(.cohost), JoinRole.participant, true), (.role(.participant), .viewer, true),
    (.role(.viewer), .participant, false), (.role(.participant), .cohost, false), (.role(.cohost), .cohost, false),
    (.admit, .participant, false), (.sendBack, .participant, false),
    (.publish(audio: true, video: nil, screen: nil), .participant, false),
  ])
  func `of what is done to one join a higher role opens the meeting up`(act: JoinAct, role: JoinRole, opensUp: Bool) {
    #expect(act.opensUp(Fixture.join(.present, .guest) { $0.role = role }) == opensUp)
  }
}
