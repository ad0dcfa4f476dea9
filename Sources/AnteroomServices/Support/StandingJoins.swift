import AnteroomCore

/// What a join that stands may have now.
enum Entitlement: Hashable, Sendable {
  case grant
  /// A grant, once these were agreed to.
  case notices([Notice])
  case nothing

  var notices: [Notice] {
    if case .notices(let missing) = self { missing } else { [] }
  }
}

extension Snapshot {
  /// What is asked again of a join that stands.
  func facts(of join: Join, in meeting: Meeting) throws(StorageFault) -> AdmissionFacts {
    var factors = 0
    if let id = join.session { factors = try session(id)?.session.factors ?? 0 }
    let answers = meeting.policy.notices.isEmpty ? [] : try consents(of: join.id).map(\.answer)
    return AdmissionFacts(
      of: join, in: meeting, factors: factors, notices: answers, isBarred: try isBarred(join, in: meeting), now: now)
  }

  func isBarred(_ join: Join, in meeting: Meeting) throws(StorageFault) -> Bool {
    try isBarred(
      account: join.account, invite: join.invite, lineage: join.lineage, from: meeting.id,
      occurrence: meeting.occurrence)
  }

  /// Whether a join may have a grant: every gate that still applies is asked anew, since the policy, a bar or a
  /// session may have changed since it was let in.
  func entitlement(of join: Join, in meeting: Meeting) throws(StorageFault) -> Entitlement {
    guard join.mayHaveGrant, meeting.state != .ended, join.occurrence == meeting.occurrence else { return .nothing }
    let facts = try facts(of: join, in: meeting)
    switch AdmissionPolicy.objection(to: facts) {
    case nil: return .grant
    case .noticeRequired: return .notices(facts.missingNotices)
    case .tooManyAttempts, .noSuchMeeting, .ended, .barred, .nothingShown, .wrongProof, .signInRequired,
      .secondFactorRequired, .inviteRequired, .locked, .notOpenYet, .full, .waitingRoomFull, .clientNotAllowed,
      .nameRequired, .nameNotAllowed:
      return .nothing
    }
  }
}

extension Transaction {
  /// Records what somebody says to notices of the policy, each bound to the text that is in force; what is about
  /// no notice of it is no answer to anything.
  func answer(
    _ answers: [NoticeAnswer], by join: Join, in meeting: Meeting, _ caller: Caller, _ ports: AdmissionPorts
  ) throws(StorageFault) {
    for answer in answers {
      guard let notice = meeting.policy.notices.first(where: { $0.id == answer.id && $0.version == answer.version })
      else { continue }
      let known = try consents(of: join.id).first { $0.notice == notice.id && $0.version == notice.version }
      if known?.answer == answer { continue }
      let isWithdrawn = known?.answer.agreed == true && !answer.agreed
      let digest = ports.digests.sha256(Array(notice.text.utf8).span)
      try save(
        Consent(
          notice: notice.id, version: notice.version, textDigest: digest, agreed: answer.agreed || isWithdrawn,
          time: isWithdrawn ? known?.time ?? now : now, withdrawnAt: isWithdrawn ? now : nil), of: join.id)
      try append(
        AuditEntry(
          isWithdrawn ? .consentWithdrawn : .noticeAnswered, by: .join(join.id), subject: join.id.text,
          request: caller.request,
          detail: [
            ("meeting", meeting.id.text), ("notice", notice.id), ("version", String(notice.version)),
            ("text", digest.hex), ("agreed", String(answer.agreed)),
          ]))
    }
  }
}
