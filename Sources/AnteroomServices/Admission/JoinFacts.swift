import AnteroomCore
import SecretMemory

extension AdmissionService {
  /// Everything that decides.
  func facts(_ draft: Draft, _ joiner: Joiner, in tx: any Transaction) throws(StorageFault) -> AdmissionFacts {
    let throttle = try spent(draft.buckets, in: tx)
    try giveBackDueUse(of: draft.invite, in: tx)
    let meeting = try meeting(draft, in: tx)
    let invite = try invite(draft, joiner, meeting, in: tx)
    let joinerClass = JoinerClass(
      of: joiner.account, isInvited: invite.invite != nil, through: draft.clientKind, in: meeting)
    var facts = AdmissionFacts(
      now: tx.now, meeting: meeting, joinerClass: joinerClass, factors: joiner.session?.session.factors ?? 0,
      client: draft.clientKind, passcode: draft.passcode, invite: invite, notices: draft.notices, throttle: throttle,
      waitingCeiling: ports.waitingCeiling)
    // Without proof nothing more is asked: the work for a wrong guess is the same whether its meeting exists or not.
    guard let meeting, facts.proof.stands else { return facts }
    if joiner.session != nil || joiner.lineage != nil || invite.invite != nil {
      facts.isBarred = try tx.isBarred(
        account: joiner.account?.id, invite: invite.invite?.id, lineage: joiner.lineage, from: meeting.id,
        occurrence: meeting.occurrence)
    }
    if joiner.session != nil || joiner.lineage != nil {
      facts.wasTurnedBack = try tx.wasTurnedBack(
        account: joiner.account?.id, lineage: joiner.lineage, from: meeting.id, occurrence: meeting.occurrence)
    }
    // What only the proven come to: the time that it takes must not tell a stranger that there is a meeting.
    guard facts.proof.stands else { return facts }
    if meeting.tally.waiting > 0, !joinerClass.isHosting {
      facts.isQueuedForSeat = try tx.firstForSeat(in: meeting.id, occurrence: meeting.occurrence) != nil
    }
    facts.name = try name(draft, joiner, facts, in: tx)
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
    var latest: Instant?
    for bucket in buckets {
      guard let budget = try tx.budget(bucket.key) else { continue }
      if case .spent(let until) = budget.verdict(under: bucket.rule, at: tx.now) {
        latest = max(latest ?? until, until)
      }
    }
    return latest.map(AttemptBudget.Verdict.spent(until:)) ?? .available
  }

  /// The invite that speaks for the joiner: the account's own, or the one whose code was shown. A host needs none,
  /// so none is looked at.
  private func invite(
    _ draft: Draft, _ joiner: Joiner, _ meeting: Meeting?, in tx: any Transaction
  ) throws(StorageFault) -> InviteShown {
    var found: Invite?
    if case .digest(let digest) = draft.invite { found = try tx.invite(digest) }
    if let account = joiner.account {
      // Asked of a meeting that there is not as well: the time of the answer must not tell.
      let own = try tx.invite(of: account.id, to: meeting?.id ?? MeetingID(known: "-"))
      if meeting?.isHosted(by: account.id) == true { return .nothing }
      if let own, own.isGood(at: tx.now) { return .good(own) }
    }
    switch draft.invite {
    case .nothing: return .nothing
    case .malformed: return .wrong
    case .digest:
      guard let found, let meeting, found.meeting == meeting.id, found.isGood(at: tx.now) else { return .wrong }
      return .good(found)
    }
  }

  /// A use that was taken by somebody whose time to wait has just run out is there again, before anybody swept it.
  private func giveBackDueUse(of shown: InviteCode, in tx: any Transaction) throws(StorageFault) {
    guard case .digest(let digest) = shown, let invite = try tx.invite(digest), !invite.isGood(at: tx.now) else {
      return
    }
    try tx.endDueJoins()
  }

  /// The name that somebody would be shown under, and what is known of it.
  private func name(
    _ draft: Draft, _ joiner: Joiner, _ facts: AdmissionFacts, in tx: any Transaction
  ) throws(StorageFault) -> NameShown {
    guard let meeting = facts.meeting, !facts.joinerClass.isHosting else { return .good }
    guard let shown = shownName(draft, joiner, facts) else { return .missing }
    if shown.isReserved { return .reserved }
    guard meeting.policy.names != .free else { return .good }
    let other = try tx.namesake(
      of: shown.likeness, in: meeting, account: joiner.account?.id, lineage: joiner.lineage)
    return other.map(NameShown.alike) ?? .good
  }

  /// The typed one; or the account's or the invite's, where it is to be that or none was typed.
  func shownName(_ draft: Draft, _ joiner: Joiner, _ facts: AdmissionFacts) -> TypedName? {
    let given = joiner.account?.displayName ?? facts.invite.invite?.displayName
    let isGiven = facts.meeting?.policy.names == .given && !facts.joinerClass.isHosting
    if !isGiven, let typed = draft.name { return typed }
    guard let given else { return nil }
    // What an operator vouches for may say what it is: the support's account is called so.
    let isVouched = joiner.account?.vouched == true
    return ports.typed(given, isVouched: isVouched)
  }
}

extension AdmissionPorts {
  func typed(_ name: DisplayName, isVouched: Bool = false) -> AdmissionService.TypedName {
    AdmissionService.TypedName(
      name: name, likeness: NameLikeness(of: name, with: text, digests: digests),
      isReserved: !isVouched && reserved.forbids(name, with: text))
  }

  /// What was shown as an invite's code; read as it is written down, whatever the case.
  func show(_ code: borrowing SecretBytes?) -> AdmissionService.InviteCode {
    switch code {
    case .none: .nothing
    case .some(let shown): InviteCodes.digest(shown, digests).map(AdmissionService.InviteCode.digest) ?? .malformed
    }
  }
}
