/// What a host does to one join.
package enum JoinAct: Hashable, Sendable {
  case admit
  /// `reason` is for hosts and the audit, `message` for the person.
  case deny(reason: String?, message: String?)
}

/// Whether an act is possible, by the join's state and the meeting's.
package enum JoinActVerdict: Hashable, Sendable {
  case proceed(to: JoinState)
  /// It is so already: an act told twice is done once.
  case already
  case impossible(JoinActObstacle)
}

package enum JoinActObstacle: String, Hashable, Sendable {
  case ended, full, state, hosting
}

package enum HostControlPolicy {
  /// Every gate that still applies is asked again here: what was true when the joiner knocked may not
  /// be true now.
  package static func judge(_ act: JoinAct, on join: Join, in meeting: Meeting) -> JoinActVerdict {
    switch act {
    case .admit:
      if join.state == .admitted || join.state == .present { return .already }
      guard join.state.mayBecome(.admitted) else { return .impossible(.state) }
      guard meeting.state != .ended else { return .impossible(.ended) }
      let needsSeat = !join.joinerClass.isHosting
      if needsSeat && meeting.tally.seatsTaken >= meeting.policy.capacity { return .impossible(.full) }
      return .proceed(to: .admitted)
    case .deny:
      if join.joinerClass.isHosting { return .impossible(.hosting) }
      if join.state == .denied { return .already }
      guard join.state.mayBecome(.denied) else { return .impossible(.state) }
      return .proceed(to: .denied)
    }
  }
}
