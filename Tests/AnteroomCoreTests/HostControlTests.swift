import AnteroomCore
import Testing

@Suite struct HostControlTests {
  private static let deny = JoinAct.deny(reason: nil, message: nil)

  @Test(arguments: [
    (JoinState.waiting, JoinActVerdict.proceed(to: .admitted)), (.admitted, .already), (.present, .already),
    (.denied, .impossible(.state)), (.withdrawn, .impossible(.state)), (.expired, .impossible(.state)),
    (.removed, .impossible(.state)), (.left, .impossible(.state)),
  ])
  func `admitting takes a join that waits`(state: JoinState, verdict: JoinActVerdict) {
    for joinerClass in JoinerClass.allCases {
      #expect(HostControlPolicy.judge(.admit, on: Fixture.join(state, joinerClass), in: Fixture.meeting()) == verdict)
    }
  }

  @Test(arguments: [
    (JoinState.waiting, JoinActVerdict.proceed(to: .denied)), (.admitted, .proceed(to: .denied)), (.denied, .already),
    (.present, .impossible(.state)), (.withdrawn, .impossible(.state)), (.expired, .impossible(.state)),
    (.removed, .impossible(.state)), (.left, .impossible(.state)),
  ])
  func `denying takes a join that is not inside yet, and never a host`(state: JoinState, verdict: JoinActVerdict) {
    for joinerClass in JoinerClass.allCases {
      let judged = HostControlPolicy.judge(Self.deny, on: Fixture.join(state, joinerClass), in: Fixture.meeting())
      #expect(judged == (joinerClass.isHosting ? .impossible(.hosting) : verdict))
    }
  }

  @Test(arguments: [
    (JoinerClass.guest, 4, 5, JoinActVerdict.proceed(to: .admitted)), (.guest, 5, 5, .impossible(.full)),
    (.member, 6, 5, .impossible(.full)), (.invitee, 10, 0, .impossible(.full)), (.host, 5, 5, .proceed(to: .admitted)),
    (.cohost, 5, 5, .proceed(to: .admitted)),
  ])
  func `a host cannot admit beyond the seats`(
    joinerClass: JoinerClass, admitted: Int, present: Int, verdict: JoinActVerdict
  ) {
    let meeting = Fixture.meeting {
      $0.policy.capacity = 10
      $0.tally.admitted = admitted
      $0.tally.present = present
    }
    #expect(HostControlPolicy.judge(.admit, on: Fixture.join(.waiting, joinerClass), in: meeting) == verdict)
  }

  @Test func `nobody is admitted to what has ended, and what is admitted stays told so`() {
    let ended = Fixture.meeting { $0.state = .ended }
    #expect(HostControlPolicy.judge(.admit, on: Fixture.join(.waiting, .guest), in: ended) == .impossible(.ended))
    #expect(HostControlPolicy.judge(.admit, on: Fixture.join(.present, .guest), in: ended) == .already)
  }

  /// A host lets somebody in by name while the meeting is locked; that is what the lock leaves to hosts.
  @Test func `a lock does not bind the host's own hand`() {
    let locked = Fixture.meeting { $0.locked = true }
    #expect(HostControlPolicy.judge(.admit, on: Fixture.join(.waiting, .guest), in: locked) == .proceed(to: .admitted))
  }

  @Test(arguments: JoinState.allCases, JoinerClass.allCases)
  func `no act makes a step that the states do not have`(state: JoinState, joinerClass: JoinerClass) {
    for act in [JoinAct.admit, Self.deny] {
      let verdict = HostControlPolicy.judge(act, on: Fixture.join(state, joinerClass), in: Fixture.meeting())
      if case .proceed(let next) = verdict { #expect(state.mayBecome(next)) }
    }
  }
}
