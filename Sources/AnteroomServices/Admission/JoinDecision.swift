import AnteroomCore

/// What happens to a join inside its transaction: facts loaded, gates asked, and whatever comes of it
/// written.
extension AdmissionService {
  func decide(_ draft: Draft, in tx: any Transaction) throws(StorageFault) -> Outcome {
    let caller = draft.caller
    var session: AuthenticatedSession?
    if caller.bearer != nil {
      switch try tx.use(caller.bearer, idle: ports.lifetime) {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands(let found): session = found
      }
    }
    if let standing = try standing(draft, session, in: tx) { return standing }
    let throttle = try spent(draft.buckets, in: tx)
    var meeting: Meeting?
    if let id = draft.meeting { meeting = try tx.meeting(id) }
    if let full = meeting, full.tally.seatsTaken >= full.policy.capacity || full.tally.waiting >= ports.waitingCeiling {
      // Somebody's time may be over: a seat or a place to wait comes free with it.
      try tx.endDueJoins(notifying: ports.changed)
      meeting = try tx.meeting(full.id)
    }
    let joinerClass = AdmissionService.joinerClass(of: session, in: meeting)
    if let meeting, joinerClass.isHosting, meeting.policy.hostSecondFactor, (session?.session.factors ?? 0) < 2 {
      return .secondFactorRequired
    }
    let facts = AdmissionFacts(
      meeting: meeting, joinerClass: joinerClass, passcode: draft.passcode, throttle: throttle,
      waitingCeiling: ports.waitingCeiling)
    if facts.proof == .unproven, throttle == .available, let found = meeting {
      // It proved nothing, so it costs its source what a wrong one does.
      try tx.commit(draft.buckets, at: tx.now)
      meeting = try makeRoomForUnproven(in: found, draft.caller, tx)
    }
    let verdict = AdmissionPolicy.decide(facts)
    switch verdict.decision {
    case .refuse(let reason):
      try count(reason, verdict.proof, draft, meeting, in: tx)
      return .refused(reason, verdict.proof)
    case .admit:
      return try record(draft, joinerClass, waitingFor: nil, verdict, meeting, session, in: tx)
    case .wait(let reason):
      return try record(draft, joinerClass, waitingFor: reason, verdict, meeting, session, in: tx)
    }
  }

  /// The join behind a ticket that stands in this meeting, through this front end: a reload is no second
  /// knock.
  private func standing(
    _ draft: Draft, _ bearer: AuthenticatedSession?, in tx: any Transaction
  ) throws(StorageFault) -> Outcome? {
    guard let ticket = draft.ticket, let id = draft.meeting else { return nil }
    try tx.endDueJoins(notifying: ports.changed)
    guard let stored = try tx.ownJoin(ticket, caller: draft.caller, lifetime: ports.lifetime),
      stored.join.meeting == id,
      let meeting = try tx.meeting(id), stored.join.occurrence == meeting.occurrence,
      // Somebody else's session beside the ticket is another person's join.
      bearer == nil || bearer?.account.id == stored.join.account
    else { return nil }
    switch stored.join.state {
    case .denied, .withdrawn, .expired, .removed, .left: return nil
    case .waiting, .admitted, .present: break
    }
    // What its grant says of signing in is what the join was made with.
    var made: AuthenticatedSession?
    if let id = stored.join.session, let session = try tx.session(id)?.session,
      let account = try tx.account(session.account)
    {
      made = AuthenticatedSession(session: session, account: account)
    }
    return .standing(stored.join, meeting, made)
  }

  private func spent(_ buckets: [BudgetBucket], in tx: any Transaction) throws(StorageFault) -> AttemptBudget.Verdict {
    var latest: Instant?
    for bucket in buckets {
      guard let budget = try tx.budget(bucket.key) else { continue }
      if case .spent(let until) = budget.verdict(under: bucket.rule, at: tx.now) {
        latest = max(latest ?? until, until)
      }
    }
    return latest.map(AttemptBudget.Verdict.spent(until:)) ?? .available
  }

  private static func joinerClass(of session: AuthenticatedSession?, in meeting: Meeting?) -> JoinerClass {
    guard let account = session?.account else { return .guest }
    if meeting?.host == account.id { return .host }
    if meeting?.cohosts.contains(account.id) == true { return .cohost }
    return account.vouched ? .member : .guest
  }

  /// What a refusal leaves behind. Deciding takes no time in which another could come between, so the
  /// reservation and what became of it are one write; a refusal that tested nothing counts nothing.
  private func count(
    _ reason: RefusalReason, _ proof: Proof, _ draft: Draft, _ meeting: Meeting?, in tx: any Transaction
  ) throws(StorageFault) {
    if case .tooManyAttempts = reason {
      try tx.countRefusal(source: draft.source, code: "too-many-attempts")
      return
    }
    guard proof == .wrong else {
      try tx.countRefusal(source: draft.source, code: proof.stands ? "refused" : "nothing-shown")
      return
    }
    try tx.commit(draft.buckets, at: tx.now)
    try tx.countRefusal(source: draft.source, code: "join-refused")
    guard var meeting, meeting.passcodeDigest != nil, meeting.state != .ended, !meeting.passcodeMustRotate else {
      // What a wrong guess at a live meeting writes is written here too, unchanged and to any meeting: the
      // time of the answer must not tell which ids are live.
      var decoy = meeting
      if decoy == nil { decoy = try tx.anyMeeting() }
      if let decoy { try tx.update(decoy) }
      return
    }
    meeting.passcodeFailures += 1
    try tx.update(meeting)
    if meeting.passcodeMustRotate {
      try tx.append(
        AuditEntry(
          .meetingAtRisk, by: .system, subject: meeting.id.text, request: draft.caller.request,
          detail: [("reason", "passcode_failures"), ("failures", String(meeting.passcodeFailures))]))
    }
  }

  /// Joins without proof have a tenth of the places to wait. The newest gets in and the oldest goes: a
  /// flood displaces itself, and whoever knows the passcode still waits when they knock.
  private func makeRoomForUnproven(
    in found: Meeting, _ caller: Caller, _ tx: any Transaction
  ) throws(StorageFault) -> Meeting {
    var meeting = found
    let (count, oldest) = try tx.unprovenWaiting(in: meeting.id, occurrence: meeting.occurrence)
    guard count >= max(1, ports.waitingCeiling / 10), var displaced = oldest else { return meeting }
    let until = tx.now.adding(seconds: meeting.policy.ticketSeconds)
    try tx.move(&displaced, to: .expired, in: &meeting, until: until)
    try tx.append(
      AuditEntry(
        .joinExpired, by: .system, subject: displaced.id.text, request: caller.request,
        detail: [("meeting", meeting.id.text), ("by", "unproven_ceiling")]))
    let changed = ports.changed
    let id = displaced.id
    tx.afterCommit { changed.fire(id) }
    return meeting
  }

  private func record(
    _ draft: Draft, _ joinerClass: JoinerClass, waitingFor: WaitingFor?, _ verdict: AdmissionVerdict, _ found: Meeting?,
    _ session: AuthenticatedSession?, in tx: any Transaction
  ) throws(StorageFault) -> Outcome {
    guard var meeting = found, let name = draft.name ?? session?.account.displayName else { return .nameRequired }
    let now = tx.now
    let isWaiting = waitingFor != nil
    let join = Join(
      id: draft.id, meeting: meeting.id, frontEnd: draft.caller.frontEnd.name, audience: draft.audience,
      state: isWaiting ? .waiting : .admitted, role: joinerClass.role, joinerClass: joinerClass, displayName: name,
      account: session?.account.id, session: session?.session.id,
      // By the account alone: whatever name is shown, the host sees whose it is.
      verified: session?.account.vouched ?? false,
      publish: joinerClass.isHosting ? .everything : .nothing, occurrence: meeting.occurrence,
      clientKind: draft.clientKind, createdAt: now,
      // A host has a seat in any case, and keeps it.
      deadline: isWaiting
        ? now.adding(seconds: meeting.policy.ticketSeconds)
        : joinerClass.isHosting ? nil : now.adding(seconds: meeting.policy.seatSeconds),
      waitingFor: waitingFor, waitingSince: isWaiting ? now : nil, unproven: verdict.proof == .unproven, message: nil)
    try tx.insert(join, ticketDigest: draft.ticketDigest, salt: draft.salt)
    meeting.tally.count(join.state, role: join.role, by: 1)
    try tx.update(meeting)
    let decisive = verdict.trace.last { $0.verdict != .pass } ?? verdict.trace.last
    try tx.append(
      AuditEntry(
        isWaiting ? .joinWaiting : .joinAdmitted, by: draft.caller.actor(of: session), subject: join.id.text,
        request: draft.caller.request,
        detail: [
          ("meeting", meeting.id.text), ("class", joinerClass.rawValue), ("frontend", join.frontEnd),
          ("gate", decisive?.gate.rawValue ?? ""), ("setting", decisive?.setting?.rawValue ?? ""),
        ], personal: [("display_name", name.text)], salt: draft.salt))
    return .made(join, meeting, session)
  }
}

extension MeetingPolicy {
  /// How long an admission keeps its seat before somebody takes it up.
  package var seatSeconds: Int { grantSeconds * 2 }
}

extension Caller {
  func actor(of session: AuthenticatedSession?) -> AuditActor {
    session.map { .account($0.account.id) } ?? actor
  }
}
