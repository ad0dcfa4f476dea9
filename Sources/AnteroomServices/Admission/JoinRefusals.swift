import AnteroomCore

extension JoinRefusal {
  init(_ reason: RefusalReason, _ verdict: AdmissionVerdict, _ facts: AdmissionFacts) {
    self.init(
      reason: reason, proof: verdict.proof, trace: verdict.trace, required: verdict.required,
      notices: verdict.proof.stands && verdict.required.contains(.noticeRequired) ? facts.openNotices : [],
      provenance: facts.meeting?.provenance ?? [:], isHosts: facts.joinerClass.isHosting)
  }
}

extension AdmissionService {
  /// What a refusal leaves behind. Deciding takes no time in which another could come between, so the
  /// reservation and what became of it are one write; a refusal that tested nothing counts nothing.
  func count(
    _ reason: RefusalReason, _ proof: Proof, _ draft: Draft, _ meeting: Meeting?, _ decoy: Meeting?,
    in tx: any Transaction
  ) throws(StorageFault) {
    if case .tooManyAttempts = reason {
      try tx.countRefusal(source: draft.source, code: "too-many-attempts")
      return
    }
    if reason == .barred {
      // To whoever is barred the meeting is one that is not there: it costs and slows down alike.
      try tx.commit(draft.buckets)
      try tx.countRefusal(source: draft.source, code: "join-refused")
      if let meeting { try tx.update(meeting) }
      return
    }
    guard proof == .wrong else {
      try tx.countRefusal(source: draft.source, code: proof.stands ? "refused" : "nothing-shown")
      return
    }
    try tx.commit(draft.buckets)
    try tx.countRefusal(source: draft.source, code: "join-refused")
    guard var meeting, meeting.state != .ended, !meeting.passcodeMustRotate else {
      // What a wrong guess at a live meeting writes is written here too, unchanged and to any meeting: the
      // time of the answer must not tell which ids are live.
      if let unchanged = meeting ?? decoy { try tx.update(unchanged) }
      return
    }
    let isBurst = meeting.burst.count(\.failed, limit: Burst.failedLimit, at: tx.now)
    // An invite's code that opens nothing is no guess at the passcode.
    if meeting.passcodeDigest != nil, draft.passcode != .nothing { meeting.passcodeFailures += 1 }
    try tx.update(meeting)
    if meeting.passcodeDigest != nil && meeting.passcodeMustRotate {
      try tx.alarm(meeting, "passcode_failures", meeting.passcodeFailures, draft.caller)
    } else if isBurst {
      try tx.alarm(meeting, "failed_knocks", meeting.burst.failed, draft.caller)
    }
  }

  /// Joins without proof, and those of whoever may have been barred, have a tenth of the places to wait, and one
  /// source a tenth of these. The newest gets in and the oldest goes: a flood displaces itself, and whoever knows
  /// the passcode still waits when they knock.
  func displace(
    _ found: Join, in before: Meeting, _ draft: Draft, _ tx: any Transaction
  ) throws(StorageFault) -> Meeting {
    var (join, meeting) = (found, before)
    let until = tx.now.adding(seconds: meeting.policy.ticketSeconds)
    try tx.move(
      &join, to: .expired, in: &meeting, until: until, as: .joinExpired,
      Cause(.system, draft.caller.request, detail: [("by", "unproven_ceiling")]))
    return meeting
  }

  /// Who would have to go for another such join.
  func displaced(
    in meeting: Meeting, from place: Int64?, _ snapshot: any Snapshot
  ) throws(StorageFault) -> Join? {
    let places = max(1, ports.waitingCeiling / 10)
    if let place {
      let (count, oldest) = try snapshot.unprovenWaiting(
        in: meeting.id, occurrence: meeting.occurrence, source: place)
      if count >= max(1, places / 10) { return oldest }
    }
    let (count, oldest) = try snapshot.unprovenWaiting(in: meeting.id, occurrence: meeting.occurrence, source: nil)
    return count >= places ? oldest : nil
  }
}

extension Transaction {
  /// Tells the hosts that somebody is at their meeting's door.
  func alarm(_ meeting: Meeting, _ reason: String, _ count: Int, _ caller: Caller) throws(StorageFault) {
    try announce(
      .meetingAtRisk, meeting, audited: .meetingAtRisk, Cause(.system, caller.request),
      detail: [("reason", reason), ("count", String(count))])
  }
}
