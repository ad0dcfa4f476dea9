import AnteroomCore
import Testing

/// One row of the table of proofs: what stands behind a join that shows nothing, something that is no passcode, a
/// wrong one, the right one.
struct ProofRow: Sendable, CustomTestStringConvertible {
  let openTo: OpenTo
  let passcode: PasscodeRequirement
  let joinerClass: JoinerClass
  let proofs: [Proof]

  var testDescription: String { "\(joinerClass) where open_to \(openTo), passcode \(passcode)" }

  init(_ openTo: OpenTo, _ passcode: PasscodeRequirement, _ joinerClass: JoinerClass, _ proofs: [Proof]) {
    self.openTo = openTo
    self.passcode = passcode
    self.joinerClass = joinerClass
    self.proofs = proofs
  }

  static let account = Array(repeating: Proof.account, count: 4)
  static let free = Array(repeating: Proof.notNeeded, count: 4)
  static let shown: [Proof] = [.nothingShown, .wrong, .wrong, .passcode]

  static let guests: [ProofRow] = [
    ProofRow(.link, .off, .guest, free), ProofRow(.link, .guests, .guest, shown),
    ProofRow(.link, .everyone, .guest, shown), ProofRow(.members, .off, .guest, shown),
    ProofRow(.members, .guests, .guest, shown), ProofRow(.members, .everyone, .guest, shown),
    ProofRow(.invited, .off, .guest, shown), ProofRow(.invited, .guests, .guest, shown),
    ProofRow(.invited, .everyone, .guest, shown),
  ]
  static let members: [ProofRow] = [
    ProofRow(.link, .off, .member, account), ProofRow(.link, .guests, .member, account),
    ProofRow(.link, .everyone, .member, shown), ProofRow(.members, .off, .member, account),
    ProofRow(.members, .guests, .member, account), ProofRow(.members, .everyone, .member, shown),
    ProofRow(.invited, .off, .member, shown), ProofRow(.invited, .guests, .member, shown),
    ProofRow(.invited, .everyone, .member, shown),
  ]
  static let invitees: [ProofRow] = [
    ProofRow(.link, .off, .invitee, account), ProofRow(.link, .guests, .invitee, account),
    ProofRow(.link, .everyone, .invitee, shown), ProofRow(.members, .off, .invitee, account),
    ProofRow(.members, .guests, .invitee, account), ProofRow(.members, .everyone, .invitee, shown),
    ProofRow(.invited, .off, .invitee, account), ProofRow(.invited, .guests, .invitee, account),
    ProofRow(.invited, .everyone, .invitee, shown),
  ]
}

@Suite struct ProofTests {
  static let showings: [PasscodeShown] = [.nothing, .malformed, .digest(Fixture.wrong), .digest(Fixture.right)]

  @Test(arguments: ProofRow.guests + ProofRow.members + ProofRow.invitees)
  func `what stands behind a join`(row: ProofRow) {
    let meeting = Fixture.meeting {
      $0.policy.openTo = row.openTo
      $0.policy.passcode = row.passcode
    }
    let proofs = Self.showings.map { Fixture.facts(row.joinerClass, shows: $0, in: meeting).proof }
    #expect(proofs == row.proofs)
  }

  @Test(arguments: OpenTo.allCases, PasscodeRequirement.allCases)
  func `the record is a host's proof, whatever else is asked`(openTo: OpenTo, passcode: PasscodeRequirement) {
    let meeting = Fixture.meeting {
      $0.policy.openTo = openTo
      $0.policy.passcode = passcode
    }
    for joinerClass in [JoinerClass.host, .cohost] {
      for shown in Self.showings {
        #expect(Fixture.facts(joinerClass, shows: shown, in: meeting).proof == .account)
      }
    }
  }

  @Test(arguments: [
    (OpenTo.link, JoinerClass.guest, GateVerdict.pass), (.link, .member, .pass), (.link, .invitee, .pass),
    (.members, .guest, .refuse(.signInRequired, by: .openTo)), (.members, .member, .pass), (.members, .invitee, .pass),
    (.invited, .guest, .refuse(.inviteRequired, by: .openTo)),
    (.invited, .member, .refuse(.inviteRequired, by: .openTo)),
    (.invited, .invitee, .pass),
  ])
  func `a right passcode where it does not open is told why`(
    openTo: OpenTo, joinerClass: JoinerClass, verdict: GateVerdict
  ) {
    let meeting = Fixture.meeting {
      $0.policy.openTo = openTo
      $0.policy.passcode = .everyone
    }
    let gate = Gate.all.first { $0.name == .proof }
    #expect(gate?.judge(Fixture.facts(joinerClass, in: meeting)) == verdict)
  }

  /// Whoever has no proof must not learn from it whether the meeting exists, ended, is locked or full.
  @Test(
    arguments: [JoinerClass.guest, .member, .invitee], [PasscodeShown.nothing, .malformed, .digest(Fixture.wrong)])
  func `an unknown meeting is a wrong guess`(joinerClass: JoinerClass, shown: PasscodeShown) {
    let unknown = AdmissionPolicy.decide(Fixture.facts(joinerClass, shows: shown, in: nil))
    let expected: Proof = shown == .nothing ? .nothingShown : .wrong
    #expect(unknown.proof == expected)
    #expect(unknown.decision == .refuse(.noSuchMeeting))
    let changes: [(inout Meeting) -> Void] = [
      { _ in }, { $0.state = .ended }, { $0.locked = true }, { $0.tally.present = 1000 }, { $0.state = .scheduled },
      { $0.policy.openTo = .members }, { $0.policy.openTo = .invited },
    ]
    for change in changes {
      let meeting = Fixture.meeting {
        $0.policy.passcode = .everyone
        change(&$0)
      }
      #expect(AdmissionPolicy.decide(Fixture.facts(joinerClass, shows: shown, in: meeting)).proof == expected)
    }
  }

  /// A meeting without a passcode that is not open to the joiner: nothing that it shows can be right.
  @Test(arguments: [JoinerClass.guest, .member])
  func `no passcode at all matches no digest`(joinerClass: JoinerClass) {
    let meeting = Fixture.meeting {
      $0.policy.openTo = .invited
      $0.policy.passcode = .off
      $0.passcodeDigest = nil
    }
    let proofs = Self.showings.map { Fixture.facts(joinerClass, shows: $0, in: meeting).proof }
    #expect(proofs == [.nothingShown, .wrong, .wrong, .wrong])
  }

  @Test(arguments: [(19, Proof.passcode, Proof.wrong), (20, .unproven, .unproven), (21, .unproven, .unproven)])
  func `at the limit of failures no passcode is compared any more`(failures: Int, right: Proof, wrong: Proof) {
    let meeting = Fixture.meeting { $0.passcodeFailures = failures }
    #expect(Fixture.facts(.guest, in: meeting).proof == right)
    #expect(Fixture.facts(.guest, shows: .digest(Fixture.wrong), in: meeting).proof == wrong)
    #expect(Fixture.facts(.guest, shows: .malformed, in: meeting).proof == .wrong)
    #expect(Fixture.facts(.guest, shows: .nothing, in: meeting).proof == .nothingShown)
    #expect(Fixture.facts(.member, shows: .nothing, in: meeting).proof == .account)
    #expect(Fixture.facts(.invitee, shows: .nothing, in: meeting).proof == .account)
    #expect(Fixture.facts(.host, shows: .nothing, in: meeting).proof == .account)
  }

  @Test func `what is not compared waits, and opens no door`() {
    let meeting = Fixture.meeting { $0.passcodeFailures = 20 }
    let verdict = AdmissionPolicy.decide(Fixture.facts(.guest, shows: .digest(Fixture.wrong), in: meeting))
    #expect(verdict.decision == .wait(.admission))
    #expect(verdict.proof == .unproven)
  }
}
