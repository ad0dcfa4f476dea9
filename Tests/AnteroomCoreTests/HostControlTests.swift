import AnteroomCore
import Testing

@Suite struct HostControlTests {
  private static let deny = JoinAct.deny(reason: nil, message: nil, ban: false)

  @Test(arguments: [
    (JoinState.waiting, JoinActVerdict.move(to: .admitted)), (.admitted, .already), (.present, .already),
    (.denied, .impossible(.state)), (.withdrawn, .impossible(.state)), (.expired, .impossible(.state)),
    (.removed, .impossible(.state)), (.left, .impossible(.state)),
  ])
  func `admitting takes a join that waits`(state: JoinState, verdict: JoinActVerdict) {
    for joinerClass in JoinerClass.allCases {
      #expect(Fixture.judge(.admit, on: Fixture.join(state, joinerClass), in: Fixture.meeting()) == verdict)
    }
  }

  @Test(arguments: [
    (JoinState.waiting, JoinActVerdict.move(to: .denied)), (.admitted, .move(to: .denied)), (.denied, .already),
    (.present, .impossible(.state)), (.withdrawn, .impossible(.state)), (.expired, .impossible(.state)),
    (.removed, .impossible(.state)), (.left, .impossible(.state)),
  ])
  func `denying takes a join that is not inside yet, and never a host`(state: JoinState, verdict: JoinActVerdict) {
    for joinerClass in JoinerClass.allCases {
      let judged = Fixture.judge(Self.deny, on: Fixture.join(state, joinerClass), in: Fixture.meeting())
      #expect(judged == (joinerClass.isHosting ? .impossible(.hosting) : verdict))
    }
  }

  @Test(arguments: [
    (JoinerClass.guest, 4, 5, JoinActVerdict.move(to: .admitted)), (.guest, 5, 5, .impossible(.full)),
    (.member, 6, 5, .impossible(.full)), (.invitee, 10, 0, .impossible(.full)), (.host, 5, 5, .move(to: .admitted)),
    (.cohost, 5, 5, .move(to: .admitted)),
  ])
  func `a host cannot admit beyond the seats`(
    joinerClass: JoinerClass, admitted: Int, present: Int, verdict: JoinActVerdict
  ) {
    let meeting = Fixture.meeting {
      $0.policy.capacity = 10
      $0.tally.admitted = admitted
      $0.tally.present = present
    }
    #expect(Fixture.judge(.admit, on: Fixture.join(.waiting, joinerClass), in: meeting) == verdict)
  }

  @Test func `nobody is admitted to what has ended, and what is admitted stays told so`() {
    let ended = Fixture.meeting { $0.state = .ended }
    #expect(Fixture.judge(.admit, on: Fixture.join(.waiting, .guest), in: ended) == .impossible(.ended))
    #expect(Fixture.judge(.admit, on: Fixture.join(.present, .guest), in: ended) == .already)
  }

  /// A host lets somebody in by name while the meeting is locked; that is what the lock leaves to hosts.
  @Test func `a lock does not bind the host's own hand`() {
    let locked = Fixture.meeting { $0.locked = true }
    #expect(Fixture.judge(.admit, on: Fixture.join(.waiting, .guest), in: locked) == .move(to: .admitted))
  }

  @Test(arguments: JoinState.allCases, JoinerClass.allCases)
  func `no act makes a step that the states do not have`(state: JoinState, joinerClass: JoinerClass) {
    for act in [JoinAct.admit, Self.deny] {
      let verdict = Fixture.judge(act, on: Fixture.join(state, joinerClass), in: Fixture.meeting())
      if case .move(let next) = verdict { #expect(state.mayBecome(next)) }
    }
  }

  private static let remove = JoinAct.remove(reason: nil, message: nil, ban: true)

  @Test(arguments: [
    (JoinState.admitted, JoinActVerdict.move(to: .removed)), (.present, .move(to: .removed)), (.removed, .already),
    (.waiting, .impossible(.state)), (.denied, .impossible(.state)), (.withdrawn, .impossible(.state)),
    (.expired, .impossible(.state)), (.left, .impossible(.state)),
  ])
  func `removing takes who is in or on the way in, and never the host`(state: JoinState, verdict: JoinActVerdict) {
    for joinerClass in JoinerClass.allCases {
      let judged = Fixture.judge(Self.remove, on: Fixture.join(state, joinerClass), in: Fixture.meeting())
      #expect(judged == (joinerClass == .host ? .impossible(.hosting) : verdict))
    }
  }

  @Test func `who was dropped and may come back loses that by removal`() {
    let dropped = Fixture.join(.left, .guest) { $0.mayRejoin = true }
    #expect(Fixture.judge(Self.remove, on: dropped, in: Fixture.meeting()) == .forfeit)
  }

  @Test(arguments: [
    (JoinState.admitted, JoinActVerdict.move(to: .waiting)), (.present, .move(to: .waiting)), (.waiting, .already),
    (.denied, .impossible(.state)), (.left, .impossible(.state)), (.removed, .impossible(.state)),
  ])
  func `sending back takes who is in or on the way in`(state: JoinState, verdict: JoinActVerdict) {
    #expect(Fixture.judge(.sendBack, on: Fixture.join(state, .guest), in: Fixture.meeting()) == verdict)
  }

  @Test(arguments: [JoinAct.sendBack, remove])
  func `a ticket does nothing to a cohost, a session does`(act: JoinAct) {
    let cohost = Fixture.join(.present, .cohost) { $0.role = .cohost }
    let byTicket = Fixture.judge(act, on: cohost, in: Fixture.meeting(), byTicket: true)
    #expect(byTicket == .impossible(.hosting))
    #expect(Fixture.judge(act, on: cohost, in: Fixture.meeting()) != .impossible(.hosting))
  }

  @Test(arguments: [
    (JoinRole.host, JoinActVerdict.impossible(.roleAbove)), (.cohost, .change), (.viewer, .change),
    (.participant, .already),
  ])
  func `nobody is made host, and a role told twice is given once`(role: JoinRole, verdict: JoinActVerdict) {
    #expect(Fixture.judge(.role(role), on: Fixture.join(.present, .guest), in: Fixture.meeting()) == verdict)
  }

  @Test(arguments: [
    (JoinState.present, JoinRole.participant, JoinActVerdict.impossible(.full)),
    (.admitted, .viewer, .impossible(.full)), (.present, .cohost, .already), (.waiting, .participant, .change),
  ])
  func `who is cohost no more takes a seat, and where there is none stays one`(
    state: JoinState, role: JoinRole, verdict: JoinActVerdict
  ) {
    let promoted = Fixture.join(state, .guest) { $0.role = .cohost }
    let full = Fixture.meeting { meeting in
      meeting.policy.capacity = 1
      meeting.tally.present = 1
    }
    #expect(Fixture.judge(.role(role), on: promoted, in: full) == verdict)
  }

  @Test func `a viewer never publishes, whoever says so`() {
    let viewer = Fixture.join(.present, .guest) { $0.role = .viewer }
    for part in 0..<3 {
      let act = JoinAct.publish(
        audio: part == 0 ? true : nil, video: part == 1 ? true : nil, screen: part == 2 ? true : nil)
      #expect(Fixture.judge(act, on: viewer, in: Fixture.meeting()) == .impossible(.viewer))
      #expect(Fixture.judge(act, on: Fixture.join(.present, .guest), in: Fixture.meeting()) == .change)
    }
    let nothing = JoinAct.publish(audio: false, video: false, screen: false)
    #expect(Fixture.judge(nothing, on: viewer, in: Fixture.meeting()) == .change)
  }

  @Test func `whoever is barred is not admitted, but the host always is`() {
    for joinerClass in JoinerClass.allCases {
      let verdict = Fixture.judge(
        .admit, on: Fixture.join(.waiting, joinerClass), in: Fixture.meeting(), isBarred: true)
      #expect(verdict == (joinerClass == .host ? .move(to: .admitted) : .impossible(.barred)))
    }
  }
}
