import AnteroomCore

/// What happens to a join inside its transaction: facts loaded, gates asked, and whatever comes of it
/// written.
extension AdmissionService {
  /// Who is behind a join, and by what it is known.
  struct Joiner: Sendable {
    var session: AuthenticatedSession?
    /// The beginning of the chain of tickets that was shown.
    var lineage: JoinID?

    var account: Account? { session?.account }
  }

  func decide(_ draft: Draft, in tx: any Transaction) throws(StorageFault) -> Outcome {
    var joiner = Joiner()
    if draft.caller.bearer != nil {
      switch try tx.use(draft.caller.bearer, idle: ports.lifetime) {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands(let found): joiner.session = found
      }
    }
    if let standing = try standing(draft, joiner.session, in: tx) { return standing }
    joiner.lineage = try lineage(draft, in: tx)
    var facts = try facts(draft, joiner, in: tx)
    var displaced: Join?
    if facts.proof == .unproven || facts.isSuspect, facts.throttle == .available, let meeting = facts.meeting {
      // What proved nothing costs its source what a wrong one does.
      if facts.proof == .unproven { try tx.commit(draft.buckets) }
      displaced = try self.displaced(in: meeting, from: draft.place, tx)
      if displaced != nil { facts.waitingCeiling += 1 }
    }
    var verdict = AdmissionPolicy.decide(facts)
    if case .wait = verdict.decision, let place = draft.place, let meeting = facts.meeting {
      let waiting = try tx.waiting(from: place, in: meeting.id, occurrence: meeting.occurrence)
      if waiting - (displaced?.source == place ? 1 : 0) >= max(1, ports.waitingCeiling / 4) {
        verdict = verdict.withoutPlaceToWait
      }
    }
    if let until = try spentKnocks(draft, facts, verdict, in: tx) {
      verdict = AdmissionVerdict(
        decision: .refuse(.tooManyAttempts(until: until)), proof: verdict.proof, trace: verdict.trace, required: [])
    }
    switch verdict.decision {
    case .refuse(let reason):
      try count(reason, verdict.proof, draft, facts.meeting, facts.decoy, in: tx)
      return .refused(JoinRefusal(reason, verdict, facts))
    case .admit: return try record(draft, facts, waitingFor: nil, verdict, joiner, in: tx)
    case .wait(let reason):
      // Only for somebody who will wait: a knock that is turned away takes nobody's place.
      if let displaced, let meeting = facts.meeting { facts.meeting = try displace(displaced, in: meeting, draft, tx) }
      return try record(draft, facts, waitingFor: reason, verdict, joiner, in: tx)
    }
  }

  /// Counts a join that its source makes here; until when it can make no more, where it made too many. A host is
  /// never shut out.
  private func spentKnocks(
    _ draft: Draft, _ facts: AdmissionFacts, _ verdict: AdmissionVerdict, in tx: any Transaction
  ) throws(StorageFault) -> Instant? {
    if case .refuse = verdict.decision { return nil }
    guard let bucket = draft.knocks, !facts.joinerClass.isHosting else { return nil }
    if let until = try tx.spentUntil([bucket]) { return until }
    try tx.commit([bucket])
    return nil
  }

  /// The join behind a ticket that stands in this meeting, through this front end: a reload is no second
  /// knock.
  private func standing(
    _ draft: Draft, _ bearer: AuthenticatedSession?, in tx: any Transaction
  ) throws(StorageFault) -> Outcome? {
    guard let ticket = draft.ticket, let id = draft.meeting else { return nil }
    try tx.endDueJoins()
    guard let stored = try tx.ownJoin(ticket, caller: draft.caller),
      stored.join.meeting == id,
      var meeting = try tx.meeting(id), stored.join.occurrence == meeting.occurrence,
      // Somebody else's session beside the ticket is another person's join.
      bearer == nil || bearer?.account.id == stored.join.account
    else { return nil }
    if stored.join.isOver { return nil }
    var join = stored.join
    try tx.answer(draft.notices, by: &join, in: &meeting, draft.caller)
    // What its grant says of signing in is what the join was made with.
    var made: AuthenticatedSession?
    if let id = stored.join.session, let session = try tx.session(id)?.session,
      let account = try tx.account(session.account)
    {
      made = AuthenticatedSession(session: session, account: account)
    }
    return .standing(
      join, meeting, made, try tx.entitlement(of: join, in: meeting), try tx.openNotices(of: join, in: meeting))
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
}
