import AnteroomCore

/// A meeting and those who come to it, of which a test changes what it is about.
enum Fixture {
  static let now = Instant(seconds: 1_795_336_200)
  static let right = Digest(Array(repeating: 1, count: 32))
  static let wrong = Digest(Array(repeating: 1, count: 31) + [2])

  /// Open to all with a passcode, nobody waits, nobody is inside but a host.
  static func meeting(_ change: (inout Meeting) -> Void = { _ in }) -> Meeting {
    var meeting = Meeting(
      id: MeetingID(known: "kq3vm-8tzpa-w2hfd"), external: nil, frontEnd: "web", kind: .once, title: nil,
      host: AccountID(known: "acct_host"), cohosts: [], profile: "general",
      policy: PolicyBook.standard.effective(profile: "general", hostProfile: nil, own: [:]), own: [:],
      passcodeKind: .characters, passcodeDigest: right, passcodeFailures: 0, state: .open, locked: false,
      occurrence: 1, epoch: 1, tally: Tally(waiting: 0, admitted: 0, present: 0, hostsAdmitted: 0, hostsPresent: 1),
      createdAt: now, version: 1)
    meeting.policy.waitingRoom = .off
    change(&meeting)
    return meeting
  }

  static func facts(
    _ joinerClass: JoinerClass, shows passcode: PasscodeShown = .digest(right), in meeting: Meeting? = meeting()
  ) -> AdmissionFacts {
    AdmissionFacts(
      now: now, meeting: meeting, joinerClass: joinerClass, factors: joinerClass.isHosting ? 2 : 0, passcode: passcode,
      invite: joinerClass == .invitee ? .good(invite(for: AccountID(known: "acct_guest"))) : .nothing,
      waitingCeiling: 50)
  }

  /// For an account, or for whoever holds its code.
  static func invite(for account: AccountID?, bypassesWaitingRoom: Bool = false) -> Invite {
    Invite(
      id: InviteID(known: "inv_a"), meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"), label: nil, account: account,
      role: .participant, uses: account == nil ? 1 : nil, used: 0, expiresAt: nil,
      bypassesWaitingRoom: bypassesWaitingRoom, displayName: nil, createdAt: now)
  }

  static func join(
    _ state: JoinState, _ joinerClass: JoinerClass, _ change: (inout Join) -> Void = { _ in }
  ) -> Join {
    var join = Join(
      id: JoinID(known: "join_a"), meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"), frontEnd: "web", audience: "a",
      state: state, role: .participant, joinerClass: joinerClass, displayName: DisplayName(known: "Ada"), account: nil,
      session: nil, verified: false, publish: .nothing, occurrence: 1, clientKind: .person, createdAt: now,
      deadline: nil, waitingFor: nil, waitingSince: nil, unproven: false, message: nil)
    change(&join)
    return join
  }

  /// What is asked again about a join.
  static func standing(_ join: Join, in meeting: Meeting = meeting(), isBarred: Bool = false) -> AdmissionFacts {
    AdmissionFacts(
      of: join, in: meeting, factors: join.joinerClass.isHosting ? 2 : 0, notices: [], isBarred: isBarred, now: now)
  }

  static func judge(
    _ act: JoinAct, on join: Join, in meeting: Meeting, isBarred: Bool = false, byTicket: Bool = false
  ) -> JoinActVerdict {
    HostControlPolicy.judge(
      act, on: join, in: meeting, standing(join, in: meeting, isBarred: isBarred), byTicket: byTicket)
  }
}
