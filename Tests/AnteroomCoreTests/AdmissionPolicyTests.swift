import AnteroomCore
import Testing

@Suite struct AdmissionPolicyTests {
  private static func decide(_ facts: AdmissionFacts) -> AdmissionDecision { AdmissionPolicy.decide(facts).decision }

  @Test(arguments: [
    (WaitingRoom.off, [JoinerClass: Bool]()), (.guests, [.guest: true]), (.uninvited, [.guest: true, .member: true]),
    (.everyone, [.guest: true, .member: true, .invitee: true]),
  ])
  func `who waits, by the waiting room`(room: WaitingRoom, waits: [JoinerClass: Bool]) {
    let meeting = Fixture.meeting { $0.policy.waitingRoom = room }
    for joinerClass in JoinerClass.allCases {
      let role: JoinRole = joinerClass == .host ? .host : joinerClass == .cohost ? .cohost : .participant
      let expected: AdmissionDecision = waits[joinerClass] == true ? .wait(.admission) : .admit(role)
      #expect(Self.decide(Fixture.facts(joinerClass, in: meeting)) == expected, "\(joinerClass)")
    }
  }

  @Test(arguments: [
    (BeforeHost.wait, 0, AdmissionDecision.wait(.host)), (.wait, 1, .admit(.participant)),
    (.allow, 0, .admit(.participant)), (.allow, 1, .admit(.participant)),
  ])
  func `nobody is in before a host where the policy says so`(
    before: BeforeHost, hosts: Int, decision: AdmissionDecision
  ) {
    for joinerClass in [JoinerClass.guest, .member, .invitee] {
      let meeting = Fixture.meeting {
        $0.policy.beforeHost = before
        $0.tally.hostsPresent = hosts
        $0.tally.hostsAdmitted = 1
        $0.tally.present = 3
      }
      #expect(Self.decide(Fixture.facts(joinerClass, in: meeting)) == decision)
    }
  }

  @Test(arguments: [
    (WhenLocked.wait, false, AdmissionDecision.admit(.participant)), (.refuse, false, .admit(.participant)),
    (.wait, true, .wait(.admission)), (.refuse, true, .refuse(.locked)),
  ])
  func `a locked meeting does with newcomers what the policy says`(
    whenLocked: WhenLocked, locked: Bool, decision: AdmissionDecision
  ) {
    for joinerClass in [JoinerClass.guest, .member, .invitee] {
      let meeting = Fixture.meeting {
        $0.policy.whenLocked = whenLocked
        $0.locked = locked
      }
      #expect(Self.decide(Fixture.facts(joinerClass, in: meeting)) == decision)
    }
  }

  @Test(arguments: [
    (0, 9, WaitingRoom.off, AdmissionDecision.admit(.participant)), (0, 10, .off, .refuse(.full)),
    (10, 0, .off, .refuse(.full)), (5, 5, .off, .refuse(.full)), (5, 6, .off, .refuse(.full)),
    (5, 5, .guests, .wait(.admission)), (5, 4, .guests, .wait(.admission)),
  ])
  func `a full meeting refuses, or has one wait where there is a waiting room`(
    admitted: Int, present: Int, room: WaitingRoom, decision: AdmissionDecision
  ) {
    let meeting = Fixture.meeting {
      $0.policy.capacity = 10
      $0.policy.waitingRoom = room
      $0.tally.admitted = admitted
      $0.tally.present = present
    }
    #expect(Self.decide(Fixture.facts(.guest, in: meeting)) == decision)
  }

  @Test func `a member waits for a seat where guests wait for a host`() {
    let meeting = Fixture.meeting {
      $0.policy.capacity = 1
      $0.policy.waitingRoom = .guests
      $0.tally.present = 1
      $0.tally.hostsPresent = 5
    }
    #expect(Self.decide(Fixture.facts(.member, in: meeting)) == .wait(.seat))
  }

  @Test func `hosts take no seat`() {
    let meeting = Fixture.meeting {
      $0.policy.capacity = 1
      $0.tally.hostsPresent = 5
      $0.tally.hostsAdmitted = 5
    }
    #expect(Self.decide(Fixture.facts(.guest, in: meeting)) == .admit(.participant))
  }

  @Test(arguments: [
    (49, AdmissionDecision.wait(.admission)), (50, .refuse(.waitingRoomFull)), (51, .refuse(.waitingRoomFull)),
  ])
  func `a waiting room has a ceiling`(waiting: Int, decision: AdmissionDecision) {
    let meeting = Fixture.meeting {
      $0.policy.waitingRoom = .everyone
      $0.tally.waiting = waiting
    }
    #expect(Self.decide(Fixture.facts(.guest, in: meeting)) == decision)
    #expect(Self.decide(Fixture.facts(.host, in: meeting)) == .admit(.host))
    let trace = AdmissionPolicy.decide(Fixture.facts(.guest, in: meeting)).trace
    let isFull = trace.last == TraceEntry(gate: .waitingRoom, verdict: .refuse(.waitingRoomFull, by: .waitingRoom))
    #expect(isFull == (waiting >= 50))
  }

  /// All settings at their strictest, the room full, locked and crowded, the throttle spent by strangers.
  @Test(arguments: [JoinerClass.host, .cohost], ProofTests.showings)
  func `a host is never shut out`(joinerClass: JoinerClass, shown: PasscodeShown) {
    let role: JoinRole = joinerClass == .host ? .host : .cohost
    for whenLocked in WhenLocked.allCases {
      for room in WaitingRoom.allCases {
        for openTo in OpenTo.allCases {
          let meeting = Fixture.meeting {
            $0.policy.whenLocked = whenLocked
            $0.policy.waitingRoom = room
            $0.policy.openTo = openTo
            $0.policy.passcode = .everyone
            $0.policy.capacity = 1
            $0.passcodeFailures = 100
            $0.locked = true
            $0.tally = Tally(waiting: 1000, admitted: 1000, present: 1000, hostsAdmitted: 0, hostsPresent: 0)
          }
          var facts = Fixture.facts(joinerClass, shows: shown, in: meeting)
          facts.throttle = .spent(until: Fixture.now)
          #expect(Self.decide(facts) == .admit(role))
        }
      }
    }
  }

  @Test(arguments: JoinerClass.allCases)
  func `an ended meeting takes nobody`(joinerClass: JoinerClass) {
    let meeting = Fixture.meeting { $0.state = .ended }
    #expect(Self.decide(Fixture.facts(joinerClass, in: meeting)) == .refuse(.ended))
  }

  @Test(arguments: [
    (AttemptBudget.Verdict.available, AdmissionDecision.admit(.participant)), (.pending, .admit(.participant)),
    (.spent(until: Fixture.now), .refuse(.tooManyAttempts(until: Fixture.now))),
  ])
  func `a spent throttle refuses a right passcode as well`(throttle: AttemptBudget.Verdict, decision: AdmissionDecision)
  {
    var facts = Fixture.facts(.guest)
    facts.throttle = throttle
    #expect(Self.decide(facts) == decision)
  }

  @Test(arguments: [
    (PasscodeShown.nothing, AdmissionDecision.refuse(.nothingShown)), (.malformed, .refuse(.wrongProof)),
    (.digest(Fixture.wrong), .refuse(.wrongProof)), (.digest(Fixture.right), .admit(.participant)),
  ])
  func `a guest gets in by the right passcode alone`(shown: PasscodeShown, decision: AdmissionDecision) {
    #expect(Self.decide(Fixture.facts(.guest, shows: shown)) == decision)
  }

  @Test(arguments: [
    (true, BeforeHost.wait, 0, 0, WaitingFor.admission), (true, .allow, 0, 0, .admission),
    (true, .allow, 0, 100, .admission), (true, .wait, 0, 100, .admission), (false, .wait, 0, 100, .host),
    (false, .wait, 0, 0, .host),
  ])
  func `of several waits the one that ends last by itself is not the one told`(
    locked: Bool, before: BeforeHost, hosts: Int, present: Int, told: WaitingFor
  ) {
    let meeting = Fixture.meeting {
      $0.policy.waitingRoom = .guests
      $0.policy.beforeHost = before
      $0.locked = locked
      $0.tally.hostsPresent = hosts
      $0.tally.present = present
    }
    #expect(Self.decide(Fixture.facts(.member, in: meeting)) == .wait(told))
  }

  @Test func `the trace has every gate in order, up to the refusal`() {
    #expect(AdmissionPolicy.decide(Fixture.facts(.guest)).trace.map(\.gate) == GateName.allCases)
    let unknown = AdmissionPolicy.decide(Fixture.facts(.guest, in: nil)).trace
    #expect(unknown.map(\.gate) == [.throttle, .exists])
    #expect(unknown.last?.verdict == .refuse(.noSuchMeeting))
    let locked = Fixture.meeting {
      $0.locked = true
      $0.policy.whenLocked = .wait
    }
    let trace = AdmissionPolicy.decide(Fixture.facts(.guest, in: locked)).trace
    #expect(trace.map(\.gate) == GateName.allCases)
    #expect(trace[5] == TraceEntry(gate: .lock, verdict: .wait(.admission, by: .whenLocked)))
    #expect(trace[4] == TraceEntry(gate: .proof, verdict: .pass))
  }

  @Test(arguments: JoinerClass.allCases)
  func `whoever is barred is refused, the host excepted`(joinerClass: JoinerClass) {
    var facts = Fixture.facts(joinerClass, in: Fixture.meeting())
    facts.isBarred = true
    let refused = Self.decide(facts) == .refuse(.barred)
    #expect(refused == (joinerClass != .host))
  }

  @Test(arguments: [
    (JoinerClass.guest, AdmissionDecision.wait(.admission)), (.member, .admit(.participant)),
    (.invitee, .admit(.participant)), (.host, .admit(.host)),
  ])
  func `after a guest was barred who shows nothing but the passcode waits`(
    joinerClass: JoinerClass, decision: AdmissionDecision
  ) {
    for passcode in [PasscodeRequirement.guests, .off] {
      let meeting = Fixture.meeting {
        $0.policy.waitingRoom = .off
        $0.policy.passcode = passcode
        $0.passcodeIsSuspect = true
      }
      #expect(Self.decide(Fixture.facts(joinerClass, in: meeting)) == decision)
    }
  }
}
