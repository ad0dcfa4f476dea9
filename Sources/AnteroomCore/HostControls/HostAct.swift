/// What an act of a host's does to its meeting, for an owner who has the role `host` no more.
package enum ActEffect: Sendable {
  /// It looks, keeps out or takes away: whoever owns a meeting can always close it.
  case protect
  /// It lets in, gives out or changes what holds, or cannot be taken back.
  case steer
}

/// What a host does to one join.
package enum JoinAct: Hashable, Sendable {
  case admit
  /// `reason` is for hosts and the audit, `message` for the person; `ban` bars whoever it is until that is lifted.
  case deny(reason: String?, message: String?, ban: Bool)
  /// `ban` nil bars unless the policy lets the removed return.
  case remove(reason: String?, message: String?, ban: Bool?)
  case sendBack
  case role(JoinRole)
  /// Part by part; what is nil stays.
  case publish(audio: Bool?, video: Bool?, screen: Bool?)
  case message(String)

  /// The act's word, for the audit.
  package var name: String {
    switch self {
    case .admit: "admit"
    case .deny: "deny"
    case .remove: "remove"
    case .sendBack: "send-back"
    case .role: "role"
    case .publish: "publish"
    case .message: "message"
    }
  }

  /// Whether the ticket of a hosting join is enough; all else takes a session.
  package var ticketMay: Bool {
    switch self {
    case .admit, .deny, .remove, .sendBack, .message: true
    case .role, .publish: false
    }
  }
}

extension JoinAct {
  package var effect: ActEffect {
    switch self {
    case .deny, .remove, .sendBack, .message: .protect
    case .publish(let audio, let video, let screen): [audio, video, screen].contains(true) ? .steer : .protect
    case .admit, .role: .steer
    }
  }

  /// Whether it gives a join more than it has: what asks for a factor shown lately.
  package func opensUp(_ join: Join) -> Bool {
    if case .role(let role) = self { role.isMore(than: join.role) } else { false }
  }
}

/// Whether an act is possible, by the join's state and the meeting's.
package enum JoinActVerdict: Hashable, Sendable {
  case move(to: JoinState)
  /// The state stays; what changes is what the act names.
  case change
  /// It is out already and could come back: that right ends.
  case forfeit
  /// It is so already: an act told twice is done once.
  case already
  case impossible(JoinActObstacle)
}

package enum JoinActObstacle: String, Hashable, Sendable {
  case ended, full, state, hosting, barred, viewer
  /// Another meeting has its foreign name by now.
  case external
  /// The policy does not let the like of it in any more.
  case policy
  /// The person has to agree to a notice first.
  case notice
  /// Ownership comes from the record: nobody grants the role of host.
  case roleAbove
}

package enum HostControlPolicy {
  /// Every gate that still applies is asked again here: what was true when the joiner knocked may not
  /// be true now, and `facts` are what is. `byTicket` says that the actor shows no session.
  package static func judge(
    _ act: JoinAct, on join: Join, in meeting: Meeting, _ facts: AdmissionFacts, byTicket: Bool = false
  ) -> JoinActVerdict {
    switch act {
    case .admit: judgeAdmit(join, meeting, facts)
    case .deny:
      if join.joinerClass.isHosting || isHosting(join, byTicket: byTicket) {
        .impossible(.hosting)
      } else if join.state == .denied {
        .already
      } else {
        join.state.mayBecome(.denied) ? .move(to: .denied) : .impossible(.state)
      }
    case .remove: judgeRemove(join, byTicket: byTicket, isBarred: facts.isBarred)
    case .sendBack:
      if isHosting(join, byTicket: byTicket) {
        .impossible(.hosting)
      } else if join.state == .waiting {
        .already
      } else if join.state == .left && join.mayRejoin {
        .forfeit
      } else {
        join.state.mayBecome(.waiting) ? .move(to: .waiting) : .impossible(.state)
      }
    case .role(let role): judgeRole(role, join, meeting)
    case .publish(let audio, let video, let screen): judgePublish([audio, video, screen], join)
    case .message: join.isOver ? .impossible(.state) : .change
    }
  }

  private static func judgeAdmit(_ join: Join, _ meeting: Meeting, _ facts: AdmissionFacts) -> JoinActVerdict {
    if join.state == .admitted || join.state == .present { return .already }
    guard join.state.mayBecome(.admitted) else { return .impossible(.state) }
    switch AdmissionPolicy.objection(to: facts) {
    case nil: break
    case .ended: return .impossible(.ended)
    case .barred: return .impossible(.barred)
    case .noticeRequired: return .impossible(.notice)
    case .full, .waitingRoomFull: return .impossible(.full)
    case .tooManyAttempts, .noSuchMeeting, .nothingShown, .wrongProof, .signInRequired, .secondFactorRequired,
      .inviteRequired, .locked, .notOpenYet, .clientNotAllowed, .nameRequired, .nameNotAllowed:
      return .impossible(.policy)
    }
    let needsSeat = !join.joinerClass.isHosting
    if needsSeat && meeting.tally.seatsTaken >= meeting.policy.capacity { return .impossible(.full) }
    return .move(to: .admitted)
  }

  private static func judgeRemove(_ join: Join, byTicket: Bool, isBarred: Bool) -> JoinActVerdict {
    if isHosting(join, byTicket: byTicket) { return .impossible(.hosting) }
    if join.state == .removed { return .already }
    if join.state == .left && join.mayRejoin { return .forfeit }
    if join.state == .left && isBarred { return .already }
    return join.state.mayBecome(.removed) ? .move(to: .removed) : .impossible(.state)
  }

  private static func judgeRole(_ role: JoinRole, _ join: Join, _ meeting: Meeting) -> JoinActVerdict {
    if role == .host { return .impossible(.roleAbove) }
    if join.joinerClass.isHosting { return .impossible(.hosting) }
    if join.isOver { return .impossible(.state) }
    if join.role == role { return .already }
    // A cohost takes no seat of the others; who is one no more does, and it may have gone to somebody else meanwhile.
    let needsSeat = join.role == .cohost && role != .cohost && join.mayHaveGrant
    if needsSeat && meeting.tally.seatsTaken >= meeting.policy.capacity { return .impossible(.full) }
    return .change
  }

  private static func judgePublish(_ parts: [Bool?], _ join: Join) -> JoinActVerdict {
    if join.isOver { return .impossible(.state) }
    // A viewer never publishes, whoever says so.
    if join.role == .viewer && parts.contains(true) { return .impossible(.viewer) }
    return .change
  }

  /// Nobody acts on the host; on a cohost only who shows a session.
  private static func isHosting(_ join: Join, byTicket: Bool) -> Bool {
    join.joinerClass == .host || (byTicket && (join.role == .host || join.role == .cohost))
  }
}
