import AnteroomCore

/// Why something changes: who did it, in which request, and what the audit is to say of it.
struct Cause: Sendable {
  let actor: AuditActor
  let request: RequestID?
  var detail: [(key: String, value: String)] = []
  var personal: [(key: String, value: String)] = []
  /// The subject's salt; without one nothing personal can be recorded.
  var salt: [UInt8]?
  /// `personal`, sealed already.
  var sealed: [UInt8]?

  init(
    _ actor: AuditActor, _ request: RequestID?, detail: [(key: String, value: String)] = [],
    personal: [(key: String, value: String)] = [], salt: [UInt8]? = nil, sealed: [UInt8]? = nil
  ) {
    self.actor = actor
    self.request = request
    self.detail = detail
    self.personal = personal
    self.salt = salt
    self.sealed = sealed
  }

  static func system(_ why: String) -> Cause { Cause(.system, nil, detail: [("by", why)]) }
}

extension Transaction {
  /// Moves a join from one state to another: its row, the meeting's tally, the event, the audit record. The
  /// one place where a state changes. `revoking` says that whoever is behind it loses a right that a grant
  /// may still claim elsewhere.
  func move(
    _ join: inout Join, to state: JoinState, in meeting: inout Meeting, until deadline: Instant?,
    waitingFor: WaitingFor? = nil, mayRejoin: Bool = false, as name: EventName, revoking: Bool = false, _ cause: Cause
  ) throws(StorageFault) {
    precondition(join.state.mayBecome(state), "\(join.state) does not become \(state)")
    if state == .withdrawn || state == .expired { try giveBackInvite(of: join) }
    if state == .denied { try countDenial(of: &join) }
    try change(&join, in: &meeting, as: name, revoking: revoking, cause) { join in
      join.state = state
      join.deadline = deadline
      join.waitingFor = waitingFor
      join.waitingSince = state == .waiting ? now : nil
      join.mayRejoin = mayRejoin
      if state == .admitted {
        join.wasAdmitted = true
        join.wasSentBack = false
        // What was said to somebody who waited is said.
        join.message = nil
      }
    }
  }

  /// A denial is the person's: it counts for all that they have open here, so that two at once are not two first ones.
  private func countDenial(of join: inout Join) throws(StorageFault) {
    let open = try openJoins(
      in: join.meeting, occurrence: join.occurrence, of: join.account, lineage: join.lineage)
    for var other in open where other.id != join.id {
      other.denials += 1
      try update(other)
    }
    // Another of theirs may have been denied since this one was read.
    join.denials = (try self.join(join.id)?.join.denials ?? join.denials) + 1
  }

  /// Lets a join in. It keeps its seat for a while until somebody takes it up; a host has one in any case.
  func admit(_ join: inout Join, in meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    meeting.noteAdmission(of: join, at: now)
    try move(
      &join, to: .admitted, in: &meeting,
      until: join.joinerClass.isHosting ? nil : now.adding(seconds: meeting.policy.seatSeconds), as: .joinAdmitted,
      cause)
  }

  /// Changes something of a join, keeping tally, event and audit with it.
  func change(
    _ join: inout Join, in meeting: inout Meeting, as name: EventName, revoking: Bool = false, _ cause: Cause,
    _ body: (inout Join) -> Void
  ) throws(StorageFault) {
    // A join of an earlier occurrence is in no tally of this one.
    let isCounted = join.occurrence == meeting.occurrence
    let before = meeting.tally
    let wasPresent = join.state == .present
    if isCounted { meeting.tally.count(join, by: -1) }
    body(&join)
    join.eventNumber += 1
    if isCounted { meeting.tally.count(join, by: 1) }
    switch (before.hostsPresent, meeting.tally.hostsPresent) {
    case (0, 1...): meeting.hostAbsenceDue = nil
    case (1..., 0): meeting.hostAbsenceDue = meeting.policy.hostAbsence.seconds.map { now.adding(seconds: $0) }
    case (_, _): break
    }
    try update(join)
    try keepAttendance(of: join, wasPresent: wasPresent, in: meeting)
    if meeting.tally != before { try update(meeting) }
    try announce(name, join, in: meeting, revoking: revoking, cause)
    if before.hostsPresent == 0 && meeting.tally.hostsPresent > 0 { try welcomeHost(into: &meeting, cause) }
    // Also where a larger capacity had left seats free: it decided nobody by itself.
    if meeting.tally.seatsTaken < before.seatsTaken { try giveSeats(in: &meeting, cause) }
  }

  /// Tells and records what has become of a join.
  func announce(
    _ name: EventName, _ join: Join, in meeting: Meeting, revoking: Bool = false, _ cause: Cause
  ) throws(StorageFault) {
    try emit(
      Event(
        name, meeting: meeting.id, join: EventJoin(join), epoch: meeting.epoch, by: cause.actor.text,
        message: name.carriesMessage ? join.message : nil))
    if revoking { try emit(revocation(of: join, in: meeting, cause)) }
    guard let event = name.audited else { return }
    try append(
      AuditEntry(
        event, by: cause.actor, subject: join.id.text, request: cause.request,
        detail: [("meeting", meeting.id.text)] + cause.detail, personal: cause.personal, salt: cause.salt,
        sealed: cause.sealed))
  }

  /// Tells the front end that what was granted for a join before now is not good any more.
  func revoke(_ join: Join, in meeting: Meeting, _ cause: Cause) throws(StorageFault) {
    try emit(revocation(of: join, in: meeting, cause))
  }

  /// No grant that was made before now lives longer than it says.
  private func revocation(of join: Join, in meeting: Meeting, _ cause: Cause) -> Event {
    Event(
      .revocation, meeting: meeting.id, join: EventJoin(join), epoch: meeting.epoch, by: cause.actor.text,
      expiresAt: now.adding(seconds: meeting.policy.grantSeconds))
  }

  /// Somebody loses the right to be inside: every grant of before is dead from here on.
  func raiseEpoch(of meeting: inout Meeting, by actor: AuditActor) throws(StorageFault) {
    meeting.epoch += 1
    try update(meeting)
    try emit(Event(.meetingEpoch, meeting: meeting.id, join: nil, epoch: meeting.epoch, by: actor.text))
  }
}

extension EventName {
  /// What the audit calls it; nil for what is recorded in another way.
  fileprivate var audited: AuditEvent? {
    switch self {
    case .joinWaiting: .joinWaiting
    case .joinAdmitted: .joinAdmitted
    case .joinPresent: .joinPresent
    case .joinDenied: .joinDenied
    case .joinRemoved: .joinRemoved
    case .joinSentBack: .joinSentBack
    case .joinLeft: .joinLeft
    case .joinRejoined: .joinRejoined
    case .joinWithdrawn: .joinWithdrawn
    case .joinExpired: .joinExpired
    case .joinMessage: .joinMessage
    case .joinPublish: .joinPublish
    case .joinRole: .joinRole
    // A record of its own says what was agreed to, or taken back.
    case .joinConsent: nil
    case .meetingOpened, .meetingLocked, .meetingUnlocked, .meetingSuspended, .meetingEnded, .meetingEpoch,
      .meetingAtRisk, .meetingPasscodeRotated, .revocation:
      nil
    }
  }
}

extension Transaction {
  /// Ends what is due now, so that a decision that depends on a seat or a ticket never finds one whose
  /// time is over. An admission that nobody took up gives its seat back and waits anew.
  func endDueJoins() throws(StorageFault) {
    while true {
      let due = try dueJoins(at: now, limit: 500)
      for stored in due { try end(stored.join) }
      if due.count < 500 { return }
    }
  }

  private func end(_ due: Join) throws(StorageFault) {
    guard var meeting = try meeting(due.meeting) else { return }
    var join = due
    let until = now.adding(seconds: meeting.policy.ticketSeconds)
    switch join.state {
    case .waiting:
      try move(&join, to: .expired, in: &meeting, until: until, as: .joinExpired, .system("deadline"))
    case .admitted:
      try move(
        &join, to: .waiting, in: &meeting, until: until, waitingFor: .admission, as: .joinWaiting, .system("deadline"))
    case .left where join.mayRejoin: try forfeit(&join, in: &meeting, .system("deadline"))
    case .present, .left, .denied, .withdrawn, .expired, .removed:
      // Over already: its ticket now says nothing any more.
      join.deadline = nil
      try update(join)
    }
  }

  /// Whoever left by a drop does not come back to the seat: it is free. `revoking` says that a grant that was
  /// fetched for the way back may still be good elsewhere.
  func forfeit(
    _ join: inout Join, in meeting: inout Meeting, revoking: Bool = false, _ cause: Cause
  ) throws(StorageFault) {
    let isCounted = join.occurrence == meeting.occurrence
    let seats = meeting.tally.seatsTaken
    if isCounted { meeting.tally.count(join, by: -1) }
    join.mayRejoin = false
    join.deadline = nil
    try update(join)
    // No event: it had left. Whoever watches it is asked whether that right still stands.
    wake(.join(join.id))
    if revoking { try emit(revocation(of: join, in: meeting, cause)) }
    try append(
      AuditEntry(
        .joinForfeited, by: cause.actor, subject: join.id.text, request: cause.request,
        detail: [("meeting", meeting.id.text)] + cause.detail))
    if isCounted { try update(meeting) }
    if meeting.tally.seatsTaken < seats { try giveSeats(in: &meeting, cause) }
  }

  /// Ends what an account, or one session of it, has open in meetings: a ticket made with a session dies
  /// with it, and its seat is free. Whoever was inside loses the right to be: the epochs rise.
  func endJoins(
    of account: AccountID, session: SessionID? = nil, except kept: SessionID? = nil, by actor: AuditActor,
    request: RequestID?
  ) throws(StorageFault) {
    // Whose seat has lapsed is inside no more: no epoch rises for them.
    try endDueJoins()
    let theirs = try openJoins(of: account, session: session).filter { join in
      session != nil || (join.session != nil && join.session != kept)
    }
    // Those who wait first: a seat that comes free here is nobody's of them.
    for open in theirs.filter({ $0.state == .waiting }) + theirs.filter({ $0.state != .waiting }) {
      guard var meeting = try meeting(open.meeting) else { continue }
      var join = open
      let next: JoinState = join.state == .present ? .left : .expired
      let hadGrant = join.mayHaveGrant
      if hadGrant { try raiseEpoch(of: &meeting, by: actor) }
      if join.state == .left {
        try forfeit(&join, in: &meeting, revoking: true, Cause(actor, request, detail: [("by", "session")]))
        continue
      }
      try move(
        &join, to: next, in: &meeting, until: now.adding(seconds: meeting.policy.ticketSeconds),
        as: next == .left ? .joinLeft : .joinExpired, revoking: hadGrant,
        Cause(actor, request, detail: [("by", "session")]))
    }
  }

  /// Runs over all joins of the occurrence that are in a state, page by page: `body` may move each.
  func each(
    _ state: JoinState, in meeting: inout Meeting,
    _ body: (inout Join, inout Meeting) throws(StorageFault) -> Void
  ) throws(StorageFault) {
    var cursor: Int64?
    repeat {
      let page = try joins(
        of: meeting.id, occurrence: meeting.occurrence, states: [state], after: cursor, limit: 500)
      for var join in page.items { try body(&join, &meeting) }
      cursor = page.next
    } while cursor != nil
  }
}
