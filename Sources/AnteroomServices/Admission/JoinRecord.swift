import AnteroomCore

extension AdmissionService {
  /// Writes a join that waits or is let in, spending what let it in.
  func record(
    _ draft: Draft, _ facts: AdmissionFacts, waitingFor: WaitingFor?, _ verdict: AdmissionVerdict, _ joiner: Joiner,
    in tx: any Transaction
  ) throws(StorageFault) -> Outcome {
    guard var meeting = facts.meeting, let shown = shownName(Showing(draft, joiner), facts) else {
      preconditionFailure("the gates let nobody in without a meeting and a name")
    }
    let isWaiting = waitingFor != nil
    let join = try join(draft, facts, waitingFor, verdict, joiner, shown, in: tx)
    try tx.insert(join, ticketDigest: draft.ticketDigest, salt: draft.salt)
    meeting.tally.count(join, by: 1)
    if !isWaiting { meeting.noteAdmission(of: join, at: tx.now) }
    // Whom nobody knows, in numbers: a link that went round.
    var isBurst = false
    if isWaiting, join.joinerClass == .guest {
      isBurst = meeting.burst.count(\.unknown, limit: Burst.unknownLimit, at: tx.now)
    }
    if isWaiting { try tx.updateCounts(of: meeting) } else { try tx.update(meeting) }
    if let invite = facts.invite.invite { try spend(invite, draft, meeting, in: tx) }
    if !draft.notices.isEmpty { try tx.answer(draft.notices, by: join, in: meeting, draft.caller) }
    let decisive = verdict.trace.last { $0.verdict != .pass } ?? verdict.trace.last
    try tx.announce(
      isWaiting ? .joinWaiting : .joinAdmitted, join, in: meeting,
      Cause(
        draft.caller.actor(of: joiner.session), draft.caller.request,
        detail: [
          ("class", join.joinerClass.rawValue), ("frontend", join.frontEnd), ("gate", decisive?.gate.rawValue ?? ""),
          ("setting", decisive?.verdict.setting?.rawValue ?? ""),
        ] + (join.invite.map { [("invite", $0.text)] } ?? []),
        personal: [("display_name", join.displayName.text)], salt: draft.salt,
        sealed: shown.name == draft.name?.name && join.displayName == shown.name ? draft.sealedName : nil))
    if isBurst && !meeting.passcodeMustRotate {
      try tx.alarm(meeting, "unknown_knocks", meeting.burst.unknown, draft.caller)
    }
    return .made(join, meeting, joiner.session, verdict.trace, facts.openNotices)
  }

  private func join(
    _ draft: Draft, _ facts: AdmissionFacts, _ waitingFor: WaitingFor?, _ verdict: AdmissionVerdict, _ joiner: Joiner,
    _ shown: TypedName, in tx: any Transaction
  ) throws(StorageFault) -> Join {
    guard let meeting = facts.meeting else { preconditionFailure("a join is of a meeting") }
    let (now, policy, joinerClass) = (tx.now, meeting.policy, facts.joinerClass)
    let isWaiting = waitingFor != nil
    let role = facts.role
    let invite = facts.invite.invite
    var denials = 0
    if joiner.session != nil || joiner.lineage != nil {
      denials = try tx.denials(
        account: joiner.account?.id, lineage: joiner.lineage, in: meeting.id, occurrence: meeting.occurrence)
    }
    var namesake: String?
    if case .alike(let other) = facts.name, policy.names != .free { namesake = other }
    return Join(
      id: draft.id, meeting: meeting.id, frontEnd: draft.caller.frontEnd.name, audience: draft.audience,
      state: isWaiting ? .waiting : .admitted, role: role, joinerClass: joinerClass,
      displayName: displayed(shown.name, joinerClass, draft, policy), account: joiner.account?.id,
      session: joiner.session?.session.id,
      // By the account alone: whatever name is shown, the host sees whose it is.
      verified: joiner.account?.vouched ?? false,
      publish: role == .viewer ? .nothing : joinerClass.isHosting ? .everything : policy.publishOnEntry,
      occurrence: meeting.occurrence, clientKind: draft.clientKind, createdAt: now,
      // A host has a seat in any case, and keeps it.
      deadline: isWaiting
        ? now.adding(seconds: policy.ticketSeconds)
        : joinerClass.isHosting ? nil : now.adding(seconds: policy.seatSeconds),
      waitingFor: waitingFor, waitingSince: isWaiting ? now : nil,
      unproven: verdict.proof == .unproven || facts.isSuspect, message: nil,
      wasSentBack: facts.wasTurnedBack && isWaiting, lineage: joiner.lineage, eventNumber: 1, invite: invite?.id,
      bypassesWaitingRoom: invite.map { $0.bypassesWaitingRoom || $0.account != nil } ?? false,
      likeness: shown.likeness, confusableWith: namesake, denials: denials, source: draft.place,
      wasAdmitted: !isWaiting)
  }

  /// A bot is shown as one to all; and where no host looks at names, every guest's is made one of its kind, so
  /// that nobody learns by it whether they resemble somebody.
  private func displayed(
    _ name: DisplayName, _ joinerClass: JoinerClass, _ draft: Draft, _ policy: MeetingPolicy
  ) -> DisplayName {
    if draft.clientKind == .bot { return name.suffixed(with: "bot") }
    let isMarked = policy.names == .unconfusable && policy.waitingRoom == .off && joinerClass == .guest
    return isMarked ? name.suffixed(with: String(draft.id.text.suffix(4))) : name
  }

  /// A use of an invite, in the transaction of the join that it makes. One that is shown in many places has been
  /// passed on.
  private func spend(
    _ found: Invite, _ draft: Draft, _ meeting: Meeting, in tx: any Transaction
  ) throws(StorageFault) {
    // Read again: room that was made for this join may have given back a use of the same invite.
    guard var invite = try tx.invite(found.id) else { return }
    invite.used += 1
    try tx.update(invite)
    guard let place = draft.place, invite.account == nil else { return }
    if try tx.note(source: place, of: invite.id) == invite.manySources {
      try tx.alarm(meeting, "invite_sources", invite.manySources, draft.caller)
    }
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
