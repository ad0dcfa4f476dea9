import AnteroomCore
import Testing

@Suite struct InviteTests {
  private static func invite(
    uses: Int? = 1, used: Int = 0, expiresAt: Instant? = nil, role: JoinRole = .participant, bypasses: Bool = false,
    account: AccountID? = nil
  ) -> Invite {
    Invite(
      id: InviteID(known: "inv_a"), meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"), label: nil, account: account,
      role: role, uses: uses, used: used, expiresAt: expiresAt, bypassesWaitingRoom: bypasses, displayName: nil,
      createdAt: Fixture.now)
  }

  private static let later = Fixture.now.adding(seconds: 1)

  @Test(arguments: [
    (invite(), true), (invite(used: 1), false), (invite(uses: 2, used: 1), true), (invite(uses: nil, used: 9), true),
    (invite(expiresAt: later), true), (invite(expiresAt: Fixture.now), false),
    (invite(uses: nil, expiresAt: Fixture.now), false),
  ])
  func `an invite is good while it has uses and time left`(invite: Invite, isGood: Bool) {
    #expect(invite.isGood(at: Fixture.now) == isGood)
  }

  @Test(arguments: [
    (MeetingKind.once, MeetingState.scheduled, true), (.once, .open, true), (.once, .ended, false),
    (.series, .ended, true),
  ])
  func `an invite to what was to happen once is over with it`(kind: MeetingKind, state: MeetingState, stands: Bool) {
    let meeting = Fixture.meeting {
      $0.kind = kind
      $0.state = state
    }
    #expect(Self.invite().stands(in: meeting, at: Fixture.now) == stands)
    #expect(!Self.invite(used: 1).stands(in: meeting, at: Fixture.now))
  }

  @Test(arguments: [
    (invite(), false), (invite(role: .viewer), false), (invite(role: .cohost), true), (invite(bypasses: true), true),
  ])
  func `an invite as cohost or past the waiting room opens a meeting up`(invite: Invite, opensUp: Bool) {
    #expect(invite.opensUp == opensUp)
  }

  @Test(arguments: [(1, 6), (24, 6), (30, 7), (200, 50)])
  func `a code for many may come from more places`(uses: Int, places: Int) {
    #expect(Self.invite(uses: uses).manySources == places)
  }

  private static let spent = AttemptBudget.Verdict.spent(until: Fixture.now)
  private static let known = AccountID(known: "acct_known")

  /// By code or by account, alone or with a wrong passcode beside it.
  @Test(arguments: [
    (invite(), PasscodeShown.nothing, AdmissionDecision.refuse(.tooManyAttempts(until: Fixture.now))),
    (invite(account: known), .nothing, .admit(.participant)),
    (invite(account: known), .digest(Fixture.wrong), .admit(.participant)),
  ])
  func `where guesses used a budget up no code is compared, and an account needs none`(
    invite: Invite, shown: PasscodeShown, decision: AdmissionDecision
  ) {
    var facts = Fixture.facts(.invitee, shows: shown)
    facts.invite = .good(invite)
    #expect(AdmissionPolicy.decide(facts).decision == .admit(.participant))
    facts.throttle = Self.spent
    #expect(AdmissionPolicy.decide(facts).decision == decision)
  }

  @Test(arguments: [JoinRole.viewer, .participant, .cohost])
  func `whoever comes by an invite comes in as it says`(role: JoinRole) {
    var facts = Fixture.facts(.invitee, shows: .nothing)
    facts.invite = .good(Self.invite(role: role))
    #expect(AdmissionPolicy.decide(facts).decision == .admit(role))
  }

  @Test func `a wrong code is a guess, and one beside what is proof enough is not looked at`() {
    var facts = Fixture.facts(.guest, shows: .nothing)
    facts.invite = .wrong
    #expect(facts.proof == .wrong)
    #expect(AdmissionPolicy.decide(facts).decision == .refuse(.wrongProof))
    facts.passcode = .digest(Fixture.right)
    #expect(facts.proof == .passcode)
    #expect(AdmissionPolicy.decide(facts).decision == .admit(.participant))
    facts = Fixture.facts(.guest, shows: .nothing, in: nil)
    facts.invite = .wrong
    #expect(facts.proof == .wrong)
  }
}
