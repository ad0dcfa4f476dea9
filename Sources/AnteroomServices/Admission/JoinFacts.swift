import AnteroomCore
import SecretMemory

/// What somebody shows at the door, or is supposed to: what facts are made of, besides the meeting.
struct Showing: Sendable {
  var name: AdmissionService.TypedName?
  var passcode: PasscodeShown
  var clientKind: ClientKind
  var notices: [NoticeAnswer]
  /// Whose session it is, and with how many factors.
  var account: Account?
  var factors: Int
  /// The beginning of the chain of tickets.
  var lineage: JoinID?
}

extension Showing {
  init(_ draft: AdmissionService.Draft, _ joiner: AdmissionService.Joiner) {
    self.init(
      name: draft.name, passcode: draft.passcode, clientKind: draft.clientKind, notices: draft.notices,
      account: joiner.account, factors: joiner.session?.session.factors ?? 0, lineage: joiner.lineage)
  }
}

extension AdmissionService {
  /// Everything that decides.
  func facts(_ draft: Draft, _ joiner: Joiner, in tx: any Transaction) throws(StorageFault) -> AdmissionFacts {
    let throttle = try spent(draft.buckets, in: tx)
    let presented = try presented(draft.invite, in: tx)
    let meeting = try meeting(draft, in: tx)
    let invite = try invite(presented, of: joiner.account, to: meeting, in: tx)
    var facts = try facts(Showing(draft, joiner), invite, in: meeting, throttle: throttle, tx)
    if meeting == nil { facts.decoy = try tx.anyMeeting() }
    return facts
  }

  /// The facts of a join that is made and of one that is only supposed, by the same questions.
  func facts(
    _ shown: Showing, _ invite: InviteShown, in meeting: Meeting?, throttle: AttemptBudget.Verdict,
    _ snapshot: any Snapshot
  ) throws(StorageFault) -> AdmissionFacts {
    let joinerClass = JoinerClass(
      of: shown.account, isInvited: invite.invite != nil, through: shown.clientKind, in: meeting)
    var facts = AdmissionFacts(
      now: snapshot.now, meeting: meeting, joinerClass: joinerClass, factors: shown.factors,
      client: shown.clientKind, passcode: shown.passcode, invite: invite, notices: shown.notices, throttle: throttle,
      waitingCeiling: ports.waitingCeiling)
    // Without proof nothing more is asked: the work for a wrong guess is the same whether its meeting exists or not.
    guard let meeting, facts.proof.stands else { return facts }
    if let account = shown.account { facts.lacksFactor = snapshot.lacksFactor(account, shown.factors, in: meeting) }
    let isKnown = shown.account != nil || shown.lineage != nil
    if isKnown || invite.invite != nil {
      facts.isBarred = try snapshot.isBarred(
        account: shown.account?.id, invite: invite.invite?.id, lineage: shown.lineage, from: meeting.id,
        occurrence: meeting.occurrence)
    }
    if let used = invite.invite, used.account == nil, shown.account == nil {
      facts.isInviteSuspect = try snapshot.hasBarredHolder(used.id, in: meeting.id, occurrence: meeting.occurrence)
    }
    if isKnown {
      facts.wasTurnedBack = try snapshot.wasTurnedBack(
        account: shown.account?.id, lineage: shown.lineage, from: meeting.id, occurrence: meeting.occurrence)
    }
    if meeting.tally.waiting > 0, !joinerClass.isHosting {
      facts.isQueuedForSeat = try snapshot.isSeatAwaited(in: meeting.id, occurrence: meeting.occurrence)
    }
    facts.name = try name(shown, facts, snapshot)
    return facts
  }

  private func meeting(_ draft: Draft, in tx: any Transaction) throws(StorageFault) -> Meeting? {
    guard let id = draft.meeting, var meeting = try tx.meeting(id) else { return nil }
    if meeting.tally.seatsTaken >= meeting.policy.capacity || meeting.tally.waiting >= ports.waitingCeiling {
      // Somebody's time may be over: a seat or a place to wait comes free with it.
      try tx.endDueJoins()
      meeting = try tx.meeting(id) ?? meeting
    }
    try tx.settle(&meeting)
    return meeting
  }

  private func spent(_ buckets: [BudgetBucket], in tx: any Transaction) throws(StorageFault) -> AttemptBudget.Verdict {
    try tx.spentUntil(buckets).map(AttemptBudget.Verdict.spent(until:)) ?? .available
  }

  /// What a code that was shown stands for, of whatever meeting. A use that was taken by somebody whose time to wait
  /// has just run out is there again, before anybody swept it.
  private func presented(_ code: InviteCode, in tx: any Transaction) throws(StorageFault) -> InviteShown {
    switch code {
    case .nothing: return .nothing
    case .malformed: return .wrong
    case .digest(let digest):
      guard let invite = try tx.invite(digest) else { return .wrong }
      if invite.isGood(at: tx.now) { return .good(invite) }
      try tx.endDueJoins()
      return try tx.invite(digest).map(InviteShown.good) ?? .wrong
    }
  }

  /// The invite that speaks for the joiner: the account's own, or the one that was presented. A host needs none,
  /// so none is looked at.
  func invite(
    _ presented: InviteShown, of account: Account?, to meeting: Meeting?, in snapshot: any Snapshot
  ) throws(StorageFault) -> InviteShown {
    if let account {
      // Asked of a meeting that there is not as well: the time of the answer must not tell.
      let own = try snapshot.invite(of: account.id, to: meeting?.id ?? MeetingID(known: "-"))
      if meeting?.isHosted(by: account.id) == true { return .nothing }
      if let own, own.isGood(at: snapshot.now) { return .good(own) }
    }
    guard case .good(let found) = presented else { return presented }
    guard let meeting, found.meeting == meeting.id, found.isGood(at: snapshot.now) else { return .wrong }
    return .good(found)
  }

  /// The name that somebody would be shown under, and what is known of it.
  private func name(
    _ showing: Showing, _ facts: AdmissionFacts, _ snapshot: any Snapshot
  ) throws(StorageFault) -> NameShown {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting else { return .good }
    guard let shown = shownName(showing, facts) else { return .missing }
    if shown.isReserved { return .reserved }
    guard meeting.policy.names != .free else { return .good }
    let other = try snapshot.namesake(
      of: shown.likeness, in: meeting, account: showing.account?.id, lineage: showing.lineage)
    return other.map(NameShown.alike) ?? .good
  }

  /// The typed one; or the account's or the invite's, where it is to be that or none was typed.
  func shownName(_ showing: Showing, _ facts: AdmissionFacts) -> TypedName? {
    let given = showing.account?.displayName ?? facts.invite.invite?.displayName
    let isGiven = facts.meeting?.policy.names == .given && !facts.joinerClass.isHosting
    if !isGiven, let typed = showing.name { return typed }
    // Whom an operator vouches for and named may be called what it is: the support's account. A name that somebody gave
    // themselves is held to the rule here too, whatever was reserved when they did.
    let isByOperator = showing.account.map { $0.vouched && $0.isNameGiven } ?? false
    return given.map { ports.typed($0, isByOperator: isByOperator) }
  }
}

extension AdmissionPorts {
  func typed(_ name: DisplayName, isByOperator: Bool = false) -> AdmissionService.TypedName {
    let looks = text.skeletons(of: name.text)
    return AdmissionService.TypedName(
      name: name, likeness: NameLikeness(looks, digests: digests),
      isReserved: !isByOperator && reserved.forbids(name, looking: looks, with: text))
  }

  /// What was shown as an invite's code; read as it is written down, whatever the case.
  func show(_ code: borrowing SecretBytes?) -> AdmissionService.InviteCode {
    switch code {
    case .none: .nothing
    case .some(let shown): InviteCodes.digest(shown, digests).map(AdmissionService.InviteCode.digest) ?? .malformed
    }
  }
}
