import AnteroomCore
import Testing

/// `throttle`, `exists`, `ended`, `ban` and `proof`, a table each.
@Suite struct GateProofTests {
  private static let spent = AttemptBudget.Verdict.spent(until: Fixture.now)
  private static let refused = GateVerdict.refuse(.tooManyAttempts(until: Fixture.now))

  @Test(arguments: [
    GateCase("a budget that is left lets a guess be looked at", .pass),
    GateCase("one that others have reserved as well", .pass) { facts, _ in facts.throttle = .pending },
    GateCase("a spent one refuses the right passcode too", GateProofTests.refused) { facts, _ in
      facts.throttle = GateProofTests.spent
    },
    GateCase("and a wrong one", GateProofTests.refused) { facts, _ in
      facts.throttle = GateProofTests.spent
      facts.passcode = .digest(Fixture.wrong)
    },
    GateCase("and a knock that shows nothing", GateProofTests.refused) { facts, _ in
      facts.throttle = GateProofTests.spent
      facts.passcode = .nothing
    },
    GateCase("and a meeting that does not exist", GateProofTests.refused) { facts, _ in
      facts.throttle = GateProofTests.spent
      facts.meeting = nil
    },
    GateCase("a member is not shut out by strangers' guesses", .pass, .member) { facts, _ in
      facts.throttle = GateProofTests.spent
    },
    GateCase("nor somebody invited", .pass, .invitee) { facts, _ in facts.throttle = GateProofTests.spent },
    GateCase("nor a host", .pass, .host) { facts, _ in facts.throttle = GateProofTests.spent },
    GateCase("nor anybody where nothing is asked", .pass) { facts, meeting in
      facts.throttle = GateProofTests.spent
      meeting.policy.passcode = .off
    },
  ])
  func `throttle`(row: GateCase) throws { #expect(try row.judged(by: .throttle) == row.verdict) }

  @Test(arguments: [
    GateCase("a meeting that is there", .pass),
    GateCase("none", .refuse(.noSuchMeeting)) { facts, _ in facts.meeting = nil },
    GateCase("none, to whoever might be anybody's host", .refuse(.noSuchMeeting), .member) { facts, _ in
      facts.meeting = nil
    },
  ])
  func `exists`(row: GateCase) throws { #expect(try row.judged(by: .exists) == row.verdict) }

  @Test(arguments: [
    GateCase("an open meeting", .pass),
    GateCase("one that is to come", .pass) { _, meeting in meeting.state = .scheduled },
    GateCase("one that is over", .refuse(.ended)) { _, meeting in meeting.state = .ended },
    GateCase("one that is over, to its host", .refuse(.ended), .host) { _, meeting in meeting.state = .ended },
  ])
  func `ended`(row: GateCase) throws { #expect(try row.judged(by: .ended) == row.verdict) }

  @Test(arguments: [
    GateCase("who was never shut out", .pass),
    GateCase("who is barred is refused, and no setting is to blame", .refuse(.barred)) { facts, _ in
      facts.isBarred = true
    },
    GateCase("also where the removed may return: a bar outlives the setting", .refuse(.barred)) { facts, meeting in
      facts.isBarred = true
      meeting.policy.removedMayReturn = true
    },
    GateCase("a cohost can be barred", .refuse(.barred), .cohost) { facts, _ in facts.isBarred = true },
    GateCase("the host cannot", .pass, .host) { facts, _ in facts.isBarred = true },
    GateCase("who was sent back or denied waits for a host", .wait(.admission)) { facts, _ in
      facts.wasTurnedBack = true
    },
    GateCase("a cohost who was sent back does not", .pass, .cohost) { facts, _ in facts.wasTurnedBack = true },
    GateCase("a guest with the passcode that a barred one knows", .wait(.admission)) { _, meeting in
      meeting.passcodeIsSuspect = true
    },
    GateCase("a member, whom it does not concern", .pass, .member) { _, meeting in meeting.passcodeIsSuspect = true },
    GateCase("who waits unproven goes on waiting", .wait(.admission)) { facts, _ in
      facts.standing = Fixture.join(.waiting, .guest) { $0.unproven = true }
    },
    GateCase("and stays once a host has let it in", .pass) { facts, _ in
      facts.standing = Fixture.join(.present, .guest) { $0.unproven = true }
    },
  ])
  func `ban`(row: GateCase) throws { #expect(try row.judged(by: .ban) == row.verdict) }

  @Test(arguments: [
    GateCase("the right passcode", .pass),
    GateCase("nothing", .refuse(.nothingShown, by: .passcode)) { facts, _ in facts.passcode = .nothing },
    GateCase("a wrong one", .refuse(.wrongProof, by: .passcode)) { facts, _ in
      facts.passcode = .digest(Fixture.wrong)
    },
    GateCase("what is no passcode", .refuse(.wrongProof, by: .passcode)) { facts, _ in facts.passcode = .malformed },
    GateCase("an invite that is none", .refuse(.wrongProof, by: .passcode)) { facts, _ in
      (facts.passcode, facts.invite) = (.nothing, .wrong)
    },
    GateCase("nothing where one has to be invited", .refuse(.nothingShown, by: .openTo), .member) { facts, meeting in
      facts.passcode = .nothing
      meeting.policy.openTo = .invited
    },
    GateCase("an invite where everyone shows the passcode", .refuse(.nothingShown, by: .passcode), .invitee) {
      facts, meeting in
      (facts.passcode, facts.invite) = (.nothing, .good(Fixture.invite()))
      meeting.policy.passcode = .everyone
    },
    GateCase("anything after too many failures", .wait(.admission, by: .passcodeFailures)) { facts, meeting in
      facts.passcode = .digest(Fixture.wrong)
      meeting.passcodeFailures = 20
    },
    GateCase("a guest with the right one, where members are asked for", .refuse(.signInRequired, by: .openTo)) {
      _, meeting in meeting.policy.openTo = .members
    },
    GateCase("a guest with the right one, where invitees are", .refuse(.inviteRequired, by: .openTo)) { _, meeting in
      meeting.policy.openTo = .invited
    },
    GateCase("who stands in line when the meeting is narrowed", .refuse(.inviteRequired, by: .openTo), .member) {
      facts, meeting in
      facts.standing = Fixture.join(.waiting, .member)
      meeting.policy.openTo = .invited
    },
    GateCase("a member, by the account", .pass, .member) { facts, _ in facts.passcode = .nothing },
    GateCase("somebody invited, whoever it is open to", .pass, .invitee) { facts, meeting in
      (facts.passcode, facts.invite) = (.nothing, .good(Fixture.invite()))
      meeting.policy.openTo = .invited
    },
    GateCase("a host, whatever is shown", .pass, .host) { facts, _ in facts.passcode = .digest(Fixture.wrong) },
    GateCase("nobody has to show anything", .pass) { facts, meeting in
      facts.passcode = .nothing
      meeting.policy.passcode = .off
    },
  ])
  func `proof`(row: GateCase) throws { #expect(try row.judged(by: .proof) == row.verdict) }
}
