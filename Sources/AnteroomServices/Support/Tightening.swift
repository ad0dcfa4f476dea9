import AnteroomCore

extension Transaction {
  /// A policy that is stricter in something was put in force: whoever was let in, is not inside yet and may not come
  /// any more goes back, as at a lock; who is out for a moment loses the way back. Grants that are out for them are
  /// dead. Whoever is inside stays, and whoever has only a notice to agree to keeps the seat until then. A host is
  /// never shut out and keeps the join, with nothing in its hands until it has shown what is asked. What became looser
  /// decides nobody.
  func applyStricterPolicy(to meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    var objected: [(join: Join, reason: RefusalReason)] = []
    for state in [JoinState.admitted, .left] {
      try each(state, in: &meeting) { join, meeting throws(StorageFault) in
        guard join.mayHaveGrant, let reason = AdmissionPolicy.objection(to: try facts(of: join, in: meeting)) else {
          return
        }
        objected.append((join, reason))
      }
    }
    if objected.isEmpty { return }
    try raiseEpoch(of: &meeting, by: cause.actor)
    let why = Cause(cause.actor, cause.request, detail: [("by", "policy")])
    let until = now.adding(seconds: meeting.policy.ticketSeconds)
    for (found, reason) in objected {
      // A seat that came free moved somebody else, never these.
      var join = found
      switch (reason, join.state, meeting.policy.whenLocked) {
      case (.noticeRequired, _, _): try revoke(join, in: meeting, why)
      case (_, .admitted, _) where join.joinerClass.isHosting: try revoke(join, in: meeting, why)
      case (_, .left, _): try forfeit(&join, in: &meeting, revoking: true, why)
      case (_, _, .wait):
        try move(
          &join, to: .waiting, in: &meeting, until: until, waitingFor: .admission, as: .joinSentBack, revoking: true,
          why)
      case (_, _, .refuse):
        try move(&join, to: .denied, in: &meeting, until: until, as: .joinDenied, revoking: true, why)
      }
    }
  }
}
