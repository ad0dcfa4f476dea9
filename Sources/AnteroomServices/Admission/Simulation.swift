package import AnteroomCore

/// The shape of a join, without its secrets.
package struct JoinShape: Sendable {
  package enum Passcode: String, Sendable, CaseIterable { case right, wrong }

  package let displayName: String?
  /// Nil where none is shown.
  package let passcode: Passcode?
  package let invite: InviteID?
  /// An account's id; for operators a username as well.
  package let account: String?
  /// Of the account's session; as many as the account has where it is not said.
  package let factors: Int?
  package let clientKind: ClientKind
  package let notices: [NoticeAnswer]
  /// When it would be made; now where it is not said.
  package let time: Instant?

  package init(
    displayName: String?, passcode: Passcode?, invite: InviteID?, account: String?, factors: Int?,
    clientKind: ClientKind, notices: [NoticeAnswer], time: Instant?
  ) {
    self.displayName = displayName
    self.passcode = passcode
    self.invite = invite
    self.account = account
    self.factors = factors
    self.clientKind = clientKind
    self.notices = notices
    self.time = time
  }
}

/// Why there is no such join.
package enum ShapeFlaw: Error, Hashable, Sendable { case name, invite, account, factors }

/// What would become of a join.
package struct Simulation: Sendable {
  package enum Outcome: Sendable {
    case admitted
    case waiting(WaitingFor)
    case refused(JoinRefusal)
    /// The account is disabled: no session of it stands.
    case invalidToken
    /// A host's session with one factor does nothing but enrol.
    case secondFactorRequired
  }

  package let outcome: Outcome
  package let trace: [TraceEntry]
  package let provenance: [PolicySetting: PolicyLevel]
}

extension AdmissionService {
  /// Decides a join that nobody makes, by the same facts and the same gates, on a snapshot: nothing is changed and
  /// nothing counted. The throttle is of whoever comes, so it is taken to be available; who is in and who waits
  /// is as it is now, at whatever time the join is supposed to be.
  package func simulate(
    _ shape: JoinShape, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Result<Simulation, ShapeFlaw>> {
    let name = shape.displayName.map { text in Result { () throws(DisplayName.Invalid) in try typed(text) } }
    return try await ports.store.read { snapshot throws(StorageFault) in
      let hosted = try snapshot.hostedBySession(id, by: caller)
      return try hosted.map { meeting throws(StorageFault) in
        if case .failure = name { return .failure(.name) }
        return try simulate(
          shape, try? name?.get(), in: meeting, forOperator: caller.actsAsOperator,
          snapshot.seen(at: shape.time ?? snapshot.now))
      }
    }
  }

  private func typed(_ text: String) throws(DisplayName.Invalid) -> TypedName {
    ports.typed(try DisplayName(parsing: text, with: ports.text))
  }

  private func simulate(
    _ shape: JoinShape, _ name: TypedName?, in found: Meeting, forOperator isOperator: Bool, _ snapshot: any Snapshot
  ) throws(StorageFault) -> Result<Simulation, ShapeFlaw> {
    var meeting = found
    meeting.passTime(to: snapshot.now)
    var account: Account?
    if let named = shape.account {
      account = try self.account(named, in: meeting, forOperator: isOperator, snapshot)
      if account == nil { return .failure(.account) }
    }
    // Factors are of a session, and a session is somebody's.
    guard account == nil ? shape.factors ?? 0 == 0 : shape.factors != 0 else { return .failure(.factors) }
    var presented = InviteShown.nothing
    if let id = shape.invite {
      guard let invite = try snapshot.invite(id), invite.meeting == meeting.id,
        invite.account == nil || invite.account == account?.id
      else { return .failure(.invite) }
      presented = .good(invite)
    }
    let factors = account.map { shape.factors ?? ($0.hasSecondFactor ? 2 : 1) } ?? 0
    func outcome(_ outcome: Simulation.Outcome, _ trace: [TraceEntry] = []) -> Result<Simulation, ShapeFlaw> {
      .success(Simulation(outcome: outcome, trace: trace, provenance: meeting.provenance))
    }
    if let account {
      if account.disabled { return outcome(.invalidToken) }
      let reach = SessionPolicy.reach(
        of: account, factors: factors,
        hostNeedsSecondFactor: snapshot.policies.hostNeedsSecondFactor(boundTo: account.profile))
      if reach == .enrolmentOnly { return outcome(.secondFactorRequired) }
    }
    let showing = Showing(
      name: name, passcode: meeting.shown(shape.passcode), clientKind: shape.clientKind, notices: shape.notices,
      account: account, factors: factors)
    let invite = try invite(presented, of: account, to: meeting, in: snapshot)
    var facts = try facts(showing, invite, in: meeting, throttle: .available, snapshot)
    if facts.proof == .unproven || facts.isSuspect, try displaced(in: meeting, from: nil, snapshot) != nil {
      facts.meeting?.tally.waiting -= 1
    }
    let verdict = AdmissionPolicy.decide(facts)
    switch verdict.decision {
    case .admit: return outcome(.admitted, verdict.trace)
    case .wait(let reason): return outcome(.waiting(reason), verdict.trace)
    case .refuse(let reason): return outcome(.refused(JoinRefusal(reason, verdict, facts)), verdict.trace)
    }
  }

  /// A host asks after those whom the meeting's record names. Of whoever is invited it knows the id alone: what
  /// became of that account, or whether there is one, is not to be learned by inviting it.
  private func account(
    _ named: String, in meeting: Meeting, forOperator isOperator: Bool, _ snapshot: any Snapshot
  ) throws(StorageFault) -> Account? {
    if let id = AccountID(parsing: named) {
      if isOperator || meeting.isHosted(by: id) { return try snapshot.account(id) }
      return try snapshot.invite(of: id, to: meeting.id) == nil ? nil : AdmissionService.somebody(id, at: snapshot.now)
    }
    guard isOperator, let username = try? Username(parsing: named, with: ports.text) else { return nil }
    return try snapshot.credentials(named: username)?.account
  }

  private static func somebody(_ id: AccountID, at now: Instant) -> Account {
    Account(
      id: id, username: Username(known: "-"), displayName: DisplayName(known: "Somebody"), isHost: false, vouched: true,
      disabled: false, hasSecondFactor: false, createdAt: now, lastSignInAt: nil, version: 1)
  }
}

extension Meeting {
  /// What would have been done by the clock until then.
  fileprivate mutating func passTime(to now: Instant) {
    if isOpening(at: now) { state = .open }
    if isLockingItself(at: now) { locked = true }
  }

  /// Without a passcode there is no right one either.
  fileprivate func shown(_ passcode: JoinShape.Passcode?) -> PasscodeShown {
    // Nobody finds a passcode with this digest.
    let wrong = Digest([UInt8](repeating: 0, count: 32))
    return switch passcode {
    case nil: .nothing
    case .right: .digest(passcodeDigest ?? wrong)
    case .wrong: .digest(wrong)
    }
  }
}
