package import AnteroomCore

extension HostControlService {
  /// Does one thing to one join. What was done already is done; what the state forbids changes nothing.
  package func act(
    _ act: JoinAct, on joinID: JoinID, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<HostedJoin> {
    let banID = BanID(random: ports.randomness.bytes(BanID.randomByteCount))
    return try await ports.store.write { tx throws(StorageFault) -> HostAnswer<HostedJoin> in
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: act.effect, caller: caller)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: act.name, on: id, caller: caller, in: tx)
      }
      if authority.isTicket && !act.ticketMay { return .sessionRequired }
      guard let stored = try tx.join(joinID), stored.join.meeting == id,
        stored.join.occurrence == meeting.occurrence
      else { return .noSuchJoin }
      var join = stored.join
      let verdict = HostControlPolicy.judge(
        act, on: join, in: meeting, try tx.facts(of: join, in: meeting), byTicket: authority.isTicket)
      let cause = Cause(
        actor, caller.request, personal: [("display_name", join.displayName.text)] + act.personal, salt: stored.salt)
      switch verdict {
      case .already: break
      case .impossible(let obstacle): return .impossible(obstacle)
      case .move, .change, .forfeit:
        if act.opensUp(join), try !tx.hasSteppedUp(caller, in: meeting) { return .reauthenticationRequired }
        try HostControlService.carry(out: act, verdict, &join, &meeting, banID, cause, tx)
      }
      return .done(ports.hosted(join, in: meeting, at: tx.now))
    }
  }

  private static func carry(
    out act: JoinAct, _ verdict: JoinActVerdict, _ join: inout Join, _ meeting: inout Meeting, _ banID: BanID,
    _ cause: Cause, _ tx: any Transaction
  ) throws(StorageFault) {
    let over = tx.now.adding(seconds: meeting.policy.ticketSeconds)
    // Whoever held a grant loses the right to be inside.
    let revokes = act.shutsOut && join.mayHaveGrant
    if revokes { try tx.raiseEpoch(of: &meeting, by: cause.actor) }
    switch act {
    case .admit: try tx.admit(&join, in: &meeting, cause)
    case .deny(let reason, let message, let ban):
      if ban || join.denials + 1 >= meeting.policy.denials {
        try tx.bar(behind: &join, in: &meeting, banID, reason, untilLifted: ban, cause)
      }
      join.message = message
      try tx.move(&join, to: .denied, in: &meeting, until: over, as: .joinDenied, revoking: revokes, cause)
    case .remove(let reason, let message, let ban):
      if ban ?? !meeting.policy.removedMayReturn {
        try tx.bar(behind: &join, in: &meeting, banID, reason, untilLifted: true, cause)
      }
      join.message = message
      if verdict == .forfeit {
        try tx.change(&join, in: &meeting, as: .joinRemoved, revoking: true, cause) { $0.mayRejoin = false }
      } else {
        try tx.move(&join, to: .removed, in: &meeting, until: over, as: .joinRemoved, revoking: revokes, cause)
      }
    case .sendBack:
      join.wasSentBack = true
      // Who is out for a moment has nowhere to go back to: only the way in without knocking ends.
      if verdict == .forfeit { return try tx.forfeit(&join, in: &meeting, revoking: true, cause) }
      try tx.move(
        &join, to: .waiting, in: &meeting, until: over, waitingFor: .admission, as: .joinSentBack, revoking: revokes,
        cause)
    case .role(let role):
      try tx.change(&join, in: &meeting, as: .joinRole, cause.with("role", role.rawValue)) { join in
        join.role = role
        if role == .viewer { join.publish = .nothing }
      }
    case .publish(let audio, let video, let screen):
      try tx.change(&join, in: &meeting, as: .joinPublish, cause) { join in
        join.publish = Publish(
          audio: audio ?? join.publish.audio, video: video ?? join.publish.video,
          screen: screen ?? join.publish.screen)
      }
    case .message(let text):
      try tx.change(&join, in: &meeting, as: .joinMessage, cause) { $0.message = text }
    }
  }
}

extension JoinAct {
  /// Whether it takes away the right to be inside.
  fileprivate var shutsOut: Bool {
    switch self {
    case .deny, .remove, .sendBack: true
    case .admit, .role, .publish, .message: false
    }
  }

  /// Free text of a host's: about a person, so sealed.
  fileprivate var personal: [(key: String, value: String)] {
    switch self {
    case .deny(let reason, _, _), .remove(let reason, _, _): reason.map { [("reason", $0)] } ?? []
    case .admit, .sendBack, .role, .publish, .message: []
    }
  }
}

extension Cause {
  fileprivate func with(_ key: String, _ value: String) -> Cause {
    var cause = self
    cause.detail.append((key, value))
    return cause
  }
}
