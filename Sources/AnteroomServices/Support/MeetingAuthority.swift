import AnteroomCore

/// What somebody may do in a meeting, asked anew in each transaction.
enum MeetingAuthority: Sendable {
  /// The session of the host or of a cohost account.
  case session(AccountID, Meeting)
  /// The ticket of a join whose role is host or cohost: it may do less.
  case ticket(JoinID, Meeting)
  case invalidToken
  case secondFactorRequired
  /// No right here, or no such meeting: the same answer.
  case none(AuditActor)

  var meeting: Meeting? {
    switch self {
    case .session(_, let meeting), .ticket(_, let meeting): meeting
    case .invalidToken, .secondFactorRequired, .none: nil
    }
  }

  /// A ticket does less than a session.
  var isTicket: Bool {
    if case .ticket = self { true } else { false }
  }

  var actor: AuditActor? {
    switch self {
    case .session(let account, _): .account(account)
    case .ticket(let join, _): .join(join)
    case .none(let actor): actor
    case .invalidToken, .secondFactorRequired: nil
    }
  }
}

extension Snapshot {
  /// By what right the caller acts in a meeting. Ownership comes from the record alone; what an owner may do with it,
  /// from the role that the operator gave and may have taken back.
  func authority(
    over id: MeetingID, to effect: ActEffect, caller: Caller
  ) throws(StorageFault) -> MeetingAuthority {
    guard let bearer = caller.bearer else { return .invalidToken }
    switch bearer.kind {
    case .challenge, .knownDevice: return .invalidToken
    case .session:
      switch try authenticate(bearer) {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands(let found):
        guard let meeting = try meeting(id), meeting.isHosted(by: found.account.id) else {
          return .none(.account(found.account.id))
        }
        if lacksFactor(found, in: meeting) { return .secondFactorRequired }
        return meeting.lets(found.account, effect)
          ? .session(found.account.id, meeting) : .none(.account(found.account.id))
      }
    case .ticket:
      guard let stored = try ownJoin(bearer, caller: caller) else { return .invalidToken }
      return try authority(over: id, to: effect, byTicketOf: stored.join)
    }
  }

  /// A ticket is worth what the session is that it was made with, asked as that would be if it were shown: who has to
  /// show a second factor by now does not steer on by a ticket of before. A role that a host gave is that host's word,
  /// and asks for no factors that a guest could not have.
  private func authority(
    over id: MeetingID, to effect: ActEffect, byTicketOf join: Join
  ) throws(StorageFault) -> MeetingAuthority {
    if join.isOver { return .invalidToken }
    guard join.meeting == id, join.role == .host || join.role == .cohost,
      join.state == .admitted || join.state == .present, let meeting = try meeting(id),
      meeting.occurrence == join.occurrence, join.mayHost(meeting)
    else { return .none(.join(join.id)) }
    switch try backing(of: join) {
    case nil: break
    case .invalid: return .invalidToken
    case .enrolmentOnly: return .secondFactorRequired
    case .stands(let found):
      guard join.joinerClass.isHosting else { break }
      if lacksFactor(found, in: meeting) { return .secondFactorRequired }
      if !meeting.lets(found.account, effect) { return .none(.join(join.id)) }
    }
    return .ticket(join.id, meeting)
  }

  /// Whether whoever hosts a meeting by its record has to show more than it did in a session.
  private func lacksFactor(_ found: AuthenticatedSession, in meeting: Meeting) -> Bool {
    if found.session.factors >= 2 { return false }
    return meeting.policy.hostSecondFactor || lacksFactor(found.account, found.session.factors, in: meeting)
  }

  /// Whether an account owns the meeting and has to show another factor because of that: an owner is asked for what the
  /// site asks of hosts, role or not, or taking the role away would make the meeting cheaper to take over.
  func lacksFactor(_ account: Account, _ factors: Int, in meeting: Meeting) -> Bool {
    meeting.host == account.id && factors < 2 && policies.hostNeedsSecondFactor(boundTo: account.profile)
  }

  /// Whether whoever shows the caller's session showed its factors recently enough for an act that opens a meeting
  /// up: a looser policy, a weaker passcode or none, unlocking, lifting a bar, a cohost, an invite past the waiting
  /// room or for a cohost, a higher role, the attendance. The admin socket is its own proof. The right to act in the
  /// meeting was asked before.
  func hasSteppedUp(_ caller: Caller, in meeting: Meeting) throws(StorageFault) -> Bool {
    if caller.actsAsOperator { return true }
    guard let bearer = caller.bearer, bearer.kind == .session,
      let stored = try session(SessionID(known: SessionID.prefix + bearer.name)),
      stored.digest.equalsInConstantTime(bearer.digest), let account = try account(stored.session.account)
    else { return false }
    return meeting.policy.isSteppedUp(stored.session, of: account, at: now)
  }

  /// A meeting for whoever may look at it: its hosts, by session or ticket, and operators; with the join whose
  /// ticket it was, or the account whose session.
  func hosted(
    _ id: MeetingID, by caller: Caller
  ) throws(StorageFault) -> HostAnswer<(meeting: Meeting, ticket: JoinID?, account: AccountID?)> {
    if caller.actsAsOperator {
      guard let meeting = try meeting(id) else { return .notHost }
      return .done((meeting, nil, nil))
    }
    switch try authority(over: id, to: .protect, caller: caller) {
    case .invalidToken: return .invalidToken
    case .secondFactorRequired: return .secondFactorRequired
    case .none: return .notHost
    case .session(let account, let meeting): return .done((meeting, nil, account))
    case .ticket(let join, let meeting): return .done((meeting, join, nil))
    }
  }

  /// The same for whoever shows a session, and operators: a ticket is not enough.
  func hostedBySession(
    _ id: MeetingID, by caller: Caller
  ) throws(StorageFault) -> HostAnswer<Meeting> {
    let answer = try hosted(id, by: caller)
    if case .done(let hosted) = answer, hosted.ticket != nil { return .sessionRequired }
    return try answer.map { $0.meeting }
  }

  /// The join behind a ticket: only through the front end that made it, only while the ticket lives,
  /// and, where it was made with a session, only while that stands.
  func ownJoin(_ proof: TokenProof?, caller: Caller) throws(StorageFault) -> StoredJoin? {
    guard let proof, proof.kind == .ticket,
      let stored = try join(JoinID(known: JoinID.prefix + proof.name)),
      stored.ticketDigest.equalsInConstantTime(proof.digest), stored.join.frontEnd == caller.frontEnd.name,
      try isBacked(stored.join)
    else { return nil }
    return stored
  }

  /// What was made with a session stands only while that does.
  func isBacked(_ join: Join) throws(StorageFault) -> Bool {
    switch try backing(of: join) {
    case nil, .stands, .enrolmentOnly: true
    case .invalid: false
    }
  }

  /// How the session stands that a join was made with; nil where it was made with none.
  func backing(of join: Join) throws(StorageFault) -> BearerStanding? {
    guard let id = join.session else { return nil }
    guard let stored = try session(id) else { return .invalid }
    return try standing(of: stored.session)
  }
}

extension Meeting {
  /// An owner without the role of a host closes and steers no more. Cohosts need none: they are that by the word of
  /// who hosted when they were named.
  fileprivate func lets(_ account: Account, _ effect: ActEffect) -> Bool {
    switch effect {
    case .protect: true
    case .steer: account.isHost || host != account.id
    }
  }
}

extension Join {
  /// A role by the record holds while the record says so; one that a host gave is the join's own.
  fileprivate func mayHost(_ meeting: Meeting) -> Bool {
    guard joinerClass.isHosting else { return true }
    return account.map(meeting.isHosted) ?? false
  }
}
