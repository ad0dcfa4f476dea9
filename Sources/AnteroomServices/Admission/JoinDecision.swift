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
    let lineage = try lineage(draft, in: tx)
    let throttle = try spent(draft.buckets, in: tx)
    var meeting: Meeting?
    if let id = draft.meeting { meeting = try tx.meeting(id) }
    if let full = meeting, full.tally.seatsTaken >= full.policy.capacity || full.tally.waiting >= ports.waitingCeiling {
      // Somebody's time may be over: a seat or a place to wait comes free with it.
      try tx.endDueJoins()
      meeting = try tx.meeting(full.id)
    }
    let joinerClass = AdmissionService.joinerClass(of: session, in: meeting)
    if let meeting, joinerClass.isHosting, meeting.policy.hostSecondFactor, (session?.session.factors ?? 0) < 2 {
      return .secondFactorRequired
    }
    var (isBarred, wasTurnedBack) = (false, false)
    if let meeting, session != nil || lineage != nil {
      isBarred = try tx.isBarred(
        account: session?.account.id, lineage: lineage, from: meeting.id, occurrence: meeting.occurrence)
      wasTurnedBack = try tx.wasTurnedBack(
        account: session?.account.id, lineage: lineage, from: meeting.id, occurrence: meeting.occurrence)
    }
    let facts = AdmissionFacts(
      meeting: meeting, joinerClass: joinerClass, passcode: draft.passcode, throttle: throttle, isBarred: isBarred,
      wasTurnedBack: wasTurnedBack, waitingCeiling: ports.waitingCeiling)
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
      return try record(draft, facts, waitingFor: nil, verdict, lineage, meeting, session, in: tx)
    case .wait(let reason):
      return try record(draft, facts, waitingFor: reason, verdict, lineage, meeting, session, in: tx)
    }
  }

  /// The join behind a ticket that stands in this meeting, through this front end: a reload is no second
  /// knock.
  private func standing(
    _ draft: Draft, _ bearer: AuthenticatedSession?, in tx: any Transaction
  ) throws(StorageFault) -> Outcome? {
    guard let ticket = draft.ticket, let id = draft.meeting else { return nil }
    try tx.endDueJoins()
    guard let stored = try tx.ownJoin(ticket, caller: draft.caller, lifetime: ports.lifetime),
      stored.join.meeting == id,
      let meeting = try tx.meeting(id), stored.join.occurrence == meeting.occurrence,
      // Somebody else's session beside the ticket is another person's join.
      bearer == nil || bearer?.account.id == stored.join.account
    else { return nil }
    if stored.join.isOver { return nil }
    // What its grant says of signing in is what the join was made with.
    var made: AuthenticatedSession?
    if let id = stored.join.session, let session = try tx.session(id)?.session,
      let account = try tx.account(session.account)
    {
      made = AuthenticatedSession(session: session, account: account)
    }
    return .standing(stored.join, meeting, made)
  }

  /// The beginning of the chain that a ticket belongs to, whatever became of its join: who was removed is
  /// known by it under any name.
  private func lineage(_ draft: Draft, in tx: any Transaction) throws(StorageFault) -> JoinID? {
    guard let ticket = draft.ticket, ticket.kind == .ticket,
      let stored = try tx.join(JoinID(known: JoinID.prefix + ticket.name)),
      stored.ticketDigest.equalsInConstantTime(ticket.digest), stored.join.frontEnd == draft.caller.frontEnd.name
    else { return nil }
    return stored.join.lineage
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
      try tx.announce(
        .meetingAtRisk, meeting, audited: .meetingAtRisk, Cause(.system, draft.caller.request),
        detail: [("reason", "passcode_failures"), ("failures", String(meeting.passcodeFailures))])
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
    try tx.move(
      &displaced, to: .expired, in: &meeting, until: until, as: .joinExpired,
      Cause(.system, caller.request, detail: [("by", "unproven_ceiling")]))
    return meeting
  }

  private func record(
    _ draft: Draft, _ facts: AdmissionFacts, waitingFor: WaitingFor?, _ verdict: AdmissionVerdict, _ lineage: JoinID?,
    _ found: Meeting?, _ session: AuthenticatedSession?, in tx: any Transaction
  ) throws(StorageFault) -> Outcome {
    guard var meeting = found, let name = draft.name ?? session?.account.displayName else { return .nameRequired }
    let now = tx.now
    let joinerClass = facts.joinerClass
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
      waitingFor: waitingFor, waitingSince: isWaiting ? now : nil,
      unproven: verdict.proof == .unproven || facts.isSuspect,
      message: nil, wasSentBack: facts.wasTurnedBack && isWaiting, lineage: lineage, eventNumber: 1)
    try tx.insert(join, ticketDigest: draft.ticketDigest, salt: draft.salt)
    meeting.tally.count(join, by: 1)
    try tx.update(meeting)
    let decisive = verdict.trace.last { $0.verdict != .pass } ?? verdict.trace.last
    try tx.announce(
      isWaiting ? .joinWaiting : .joinAdmitted, join, in: meeting,
      Cause(
        draft.caller.actor(of: session), draft.caller.request,
        detail: [
          ("class", joinerClass.rawValue), ("frontend", join.frontEnd), ("gate", decisive?.gate.rawValue ?? ""),
          ("setting", decisive?.setting?.rawValue ?? ""),
        ], personal: [("display_name", name.text)], salt: draft.salt, sealed: draft.sealedName))
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
