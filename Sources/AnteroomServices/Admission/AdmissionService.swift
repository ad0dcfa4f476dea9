package import AnteroomCore

/// What a joiner is told of its own join, and nothing else.
package struct OwnJoin: Sendable {
  package let join: Join
  package let meeting: Meeting
  /// A fresh grant, where the join may have one now.
  package let grant: String?
}

package enum JoinResult: ~Copyable, Sendable {
  case made(OwnJoin, ticket: BearerToken)
  /// The ticket that was shown stands in this meeting: the same join again.
  case standing(OwnJoin)
  /// With how it was proved: what an outsider learns of a refusal depends on that.
  case refused(RefusalReason, Proof)
  case invalidToken
  case secondFactorRequired
  case invalidName(DisplayName.Invalid)
  case unknownAudience
}

package enum OwnJoinResult: Sendable {
  case join(OwnJoin)
  case invalidToken
  case impossible(JoinState)
}

/// Decides joins.
package struct AdmissionService: Sendable {
  let ports: AdmissionPorts

  package init(ports: AdmissionPorts) {
    self.ports = ports
  }

  package struct Attempt: ~Copyable, Sendable {
    /// As it was given: it may name no meeting at all.
    package let meeting: String
    package let displayName: String?
    package let passcode: Passcode?
    package let clientKind: ClientKind
    package let audience: String?
    package let ticket: TokenProof?
    package let origin: AttemptLimiter.Origin
    package let caller: Caller

    package init(
      meeting: String, displayName: String?, passcode: consuming Passcode?, clientKind: ClientKind, audience: String?,
      ticket: TokenProof?, origin: AttemptLimiter.Origin, caller: Caller
    ) {
      self.meeting = meeting
      self.displayName = displayName
      self.passcode = passcode
      self.clientKind = clientKind
      self.audience = audience
      self.ticket = ticket
      self.origin = origin
      self.caller = caller
    }
  }

  /// What goes into the transaction: no secret, and every random value made before it.
  private struct Draft: Sendable {
    let meeting: MeetingID?
    let name: DisplayName?
    let passcode: PasscodeShown
    let clientKind: ClientKind
    let audience: String
    let ticket: TokenProof?
    let buckets: [BudgetBucket]
    let source: Digest
    let caller: Caller
    let id: JoinID
    let ticketDigest: Digest
    let salt: [UInt8]
  }

  private enum Outcome: Sendable {
    case made(Join, Meeting, AuthenticatedSession?)
    case standing(Join, Meeting, AuthenticatedSession?)
    case refused(RefusalReason, Proof)
    case invalidToken
    case secondFactorRequired
    case nameRequired
  }

  /// One join, decided and recorded in one transaction: existing or not, the same budgets are drawn on
  /// and the same rows are written, so that neither answer nor time tells a stranger what exists.
  package func join(_ attempt: consuming Attempt) async throws(StorageFault) -> JoinResult {
    let caller = attempt.caller
    guard let audience = attempt.audience ?? caller.frontEnd.audiences.first,
      caller.frontEnd.audiences.contains(audience)
    else { return .unknownAudience }
    var name: DisplayName?
    if let typed = attempt.displayName {
      do {
        name = try DisplayName(parsing: typed, with: ports.text)
      } catch {
        return .invalidName(error)
      }
    }
    let id = JoinID(at: ports.clock.now(), random: ports.randomness.bytes(JoinID.timedRandomByteCount))
    let minted = ports.mint.mint(.ticket, name: String(id.text.dropFirst(JoinID.prefix.count)))
    let draft = Draft(
      meeting: MeetingID(parsing: attempt.meeting), name: name,
      passcode: ports.passcodes.show(attempt.passcode, for: attempt.meeting), clientKind: attempt.clientKind,
      audience: audience, ticket: attempt.ticket,
      buckets: ports.limiter.passcode(meeting: attempt.meeting, origin: attempt.origin),
      source: ports.limiter.sourceDigest(attempt.origin), caller: caller, id: id, ticketDigest: minted.digest,
      salt: ports.randomness.bytes(16))
    let outcome = try await ports.store.write { tx throws(StorageFault) in try decide(draft, in: tx) }
    switch outcome {
    case .made(let join, let meeting, let session):
      return .made(OwnJoin(join: join, meeting: meeting, grant: grant(join, meeting, session)), ticket: minted.token)
    case .standing(let join, let meeting, let session):
      return .standing(OwnJoin(join: join, meeting: meeting, grant: grant(join, meeting, session)))
    case .refused(let reason, let proof): return .refused(reason, proof)
    case .invalidToken: return .invalidToken
    case .secondFactorRequired: return .secondFactorRequired
    case .nameRequired: return .invalidName(.empty)
    }
  }

  private func decide(_ draft: Draft, in tx: any Transaction) throws(StorageFault) -> Outcome {
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
    case .admit(let role):
      return try record(draft, role: role, waitingFor: nil, verdict, meeting, session, in: tx)
    case .wait(let reason):
      let role: JoinRole = joinerClass == .host ? .host : joinerClass == .cohost ? .cohost : .participant
      return try record(draft, role: role, waitingFor: reason, verdict, meeting, session, in: tx)
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
    _ draft: Draft, role: JoinRole, waitingFor: WaitingFor?, _ verdict: AdmissionVerdict, _ found: Meeting?,
    _ session: AuthenticatedSession?, in tx: any Transaction
  ) throws(StorageFault) -> Outcome {
    guard var meeting = found, let name = draft.name ?? session?.account.displayName else { return .nameRequired }
    let now = tx.now
    let isWaiting = waitingFor != nil
    let joinerClass = AdmissionService.joinerClass(of: session, in: meeting)
    let join = Join(
      id: draft.id, meeting: meeting.id, frontEnd: draft.caller.frontEnd.name, audience: draft.audience,
      state: isWaiting ? .waiting : .admitted, role: role, joinerClass: joinerClass, displayName: name,
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

  func grant(_ join: Join, _ meeting: Meeting, _ session: AuthenticatedSession?) -> String? {
    ports.grants.grant(for: join, in: meeting, session: session?.session, at: ports.clock.now())
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
