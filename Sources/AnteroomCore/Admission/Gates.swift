/// One ordered check of a join: a pure question to the facts. Asked again about a join that stands, a gate
/// says what still applies to it.
package struct Gate: Sendable {
  package let name: GateName
  package let judge: @Sendable (AdmissionFacts) -> GateVerdict

  /// All of them, in the order of the trace.
  package static let all: [Gate] = [
    Gate(name: .throttle) { facts in
      // Who needs to show no secret here is not shut out by what strangers tried.
      if !facts.proof.isShown { return .pass }
      if case .spent(let until) = facts.throttle { return .refuse(.tooManyAttempts(until: until)) }
      return .pass
    },
    Gate(name: .exists) { $0.meeting == nil ? .refuse(.noSuchMeeting) : .pass },
    Gate(name: .ended) { $0.meeting?.state == .ended ? .refuse(.ended) : .pass },
    Gate(name: .ban, judge: judgeBan),
    Gate(name: .proof, judge: judgeProof),
    Gate(name: .lock, judge: judgeLock),
    Gate(name: .window, judge: judgeWindow),
    Gate(name: .capacity) { facts in
      guard let meeting = facts.meeting, !facts.joinerClass.isHosting, !facts.isInside else { return .pass }
      guard meeting.tally.seatsTaken >= meeting.policy.capacity || facts.isQueuedForSeat else { return .pass }
      let mayWait = meeting.policy.waitingRoom != .off || facts.standing != nil
      return mayWait ? .wait(.seat, by: .capacity) : .refuse(.full, by: .capacity)
    },
    Gate(name: .signIn) { facts in
      guard let meeting = facts.meeting else { return .pass }
      switch (meeting.policy.signIn, facts.factors) {
      case (.optional, _), (.required, 1...), (.secondFactor, 2...): return .pass
      case (.secondFactor, 1): return .refuse(.secondFactorRequired, by: .signIn)
      case (.required, _), (.secondFactor, _): return .refuse(.signInRequired, by: .signIn)
      }
    },
    Gate(name: .client, judge: judgeClient),
    Gate(name: .name, judge: judgeName),
    Gate(name: .notices) { $0.missingConsents.isEmpty ? .pass : .refuse(.noticeRequired, by: .notices) },
    Gate(name: .waitingRoom, judge: judgeWaitingRoom),
    Gate(name: .role) { facts in
      guard let meeting = facts.meeting else { return .pass }
      let isShort = facts.joinerClass.isHosting && meeting.policy.hostSecondFactor && facts.factors < 2
      return isShort || facts.lacksFactor ? .refuse(.secondFactorRequired, by: .hostSecondFactor) : .pass
    },
  ]

  private static func judgeBan(_ facts: AdmissionFacts) -> GateVerdict {
    // A bar is a host's act: no setting lifts one that stands, so none is named.
    if facts.isBarred && facts.joinerClass != .host { return .refuse(.barred) }
    if facts.joinerClass.isHosting || facts.isInside { return .pass }
    // Who was sent back does not come in by knocking anew; and under a new name, without the ticket, nobody
    // can tell who it is, so a host looks.
    let isMarked = facts.wasTurnedBack || facts.isSuspect || facts.standing?.unproven == true
    return isMarked ? .wait(.admission) : .pass
  }

  private static func judgeProof(_ facts: AdmissionFacts) -> GateVerdict {
    switch facts.proof {
    case .nothingShown: return .refuse(.nothingShown, by: facts.askedForProof)
    case .wrong: return .refuse(.wrongProof, by: facts.askedForProof)
    case .unproven: return .wait(.admission, by: .passcodeFailures)
    case .invite, .notNeeded: return .pass
    case .account, .passcode:
      // A right passcode on a meeting that is not open to the joiner is proof enough to be told why; and who
      // stands in line stays out when the meeting is no longer open to the like of them.
      guard let meeting = facts.meeting else { return .refuse(.wrongProof) }
      switch (meeting.policy.openTo, facts.joinerClass) {
      case (.link, _), (_, .host), (_, .cohost), (_, .invitee), (.members, .member): return .pass
      case (.members, .guest): return .refuse(.signInRequired, by: .openTo)
      case (.invited, .member), (.invited, .guest): return .refuse(.inviteRequired, by: .openTo)
      }
    }
  }

  private static func judgeLock(_ facts: AdmissionFacts) -> GateVerdict {
    guard let meeting = facts.meeting, meeting.locked, !facts.joinerClass.isHosting, !facts.isInside else {
      return .pass
    }
    // Who waited before the lock goes on waiting: a host may let in by name.
    if facts.standing != nil { return .wait(.admission) }
    switch meeting.policy.whenLocked {
    case .wait: return .wait(.admission, by: .whenLocked)
    case .refuse: return .refuse(.locked, by: .whenLocked)
    }
  }

  private static func judgeWindow(_ facts: AdmissionFacts) -> GateVerdict {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting, !facts.isInside else { return .pass }
    // The meeting's own times; a setting has only a say in how early is too early.
    if let closes = meeting.closesAt, facts.now >= closes { return .refuse(.ended) }
    guard meeting.state == .scheduled, let opens = meeting.opensAt, facts.now < opens else { return .pass }
    let isEarly = facts.now < opens.adding(seconds: -meeting.policy.earlyJoin)
    return isEarly && facts.standing == nil ? .refuse(.notOpenYet, by: .earlyJoin) : .wait(.opening)
  }

  private static func judgeClient(_ facts: AdmissionFacts) -> GateVerdict {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting else { return .pass }
    switch (facts.client, meeting.policy.phones, meeting.policy.bots) {
    case (.person, _, _): return .pass
    case (.phone, .refuse, _), (.endpoint, .refuse, _): return .refuse(.clientNotAllowed, by: .phones)
    case (.bot, _, .refuse): return .refuse(.clientNotAllowed, by: .bots)
    // Never unseen, whatever else would let it in.
    case (.bot, _, .wait): return facts.isInside ? .pass : .wait(.admission, by: .bots)
    case (.phone, .wait, _), (.endpoint, .wait, _): return facts.isInside ? .pass : .wait(.admission, by: .phones)
    case (.phone, .asGuest, _), (.endpoint, .asGuest, _):
      // Nobody can see who holds a telephone: it is not the first to open a room.
      let isEmpty = meeting.tally.present + meeting.tally.hostsPresent == 0
      return isEmpty && !facts.isInside ? .wait(.host, by: .phones) : .pass
    }
  }

  private static func judgeName(_ facts: AdmissionFacts) -> GateVerdict {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting else { return .pass }
    switch facts.name {
    case .missing: return .refuse(.nameRequired, by: meeting.policy.names == .given ? .names : nil)
    // By the text and the site's reserved words alone: no meeting's setting changes it.
    case .reserved: return .refuse(.nameNotAllowed)
    case .alike:
      // Without a waiting room every guest's name gets a suffix, so that nobody learns whom they resemble.
      let isLookedAt = meeting.policy.names != .free && meeting.policy.waitingRoom != .off
      return isLookedAt && !facts.isInside ? .wait(.admission, by: .names) : .pass
    case .good: return .pass
    }
  }

  private static func judgeWaitingRoom(_ facts: AdmissionFacts) -> GateVerdict {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting, !facts.isInside else { return .pass }
    // A code can be passed on: by itself it does not let anybody past a host's eye.
    let isTrusted = facts.joinerClass == .invitee && facts.isInvitedByName
    let waits =
      switch (meeting.policy.waitingRoom, facts.joinerClass) {
      case (.off, _), (.guests, .member): false
      case (.guests, .invitee), (.uninvited, .invitee): !isTrusted
      case (.everyone, _), (.guests, _), (.uninvited, _): true
      }
    if waits { return .wait(.admission, by: .waitingRoom) }
    if meeting.policy.beforeHost == .wait && meeting.tally.hostsPresent == 0 { return .wait(.host, by: .beforeHost) }
    return .pass
  }
}

extension AdmissionFacts {
  /// The account is invited, or the invite says that its holder need not wait.
  fileprivate var isInvitedByName: Bool {
    if let standing { return standing.bypassesWaitingRoom }
    guard let invite = invite.invite else { return false }
    return invite.bypassesWaitingRoom || invite.account != nil
  }

  /// The setting that asks the joiner for a proof: the passcode's where one is asked of its class, or could be
  /// shown instead; otherwise who the meeting is open to.
  fileprivate var askedForProof: PolicySetting? {
    guard let policy = meeting?.policy else { return nil }
    return policy.openTo == .link || asksPasscode(policy) ? .passcode : .openTo
  }
}
