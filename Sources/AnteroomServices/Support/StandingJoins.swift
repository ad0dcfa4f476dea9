import AnteroomCore

/// What a join that stands may have now.
enum Entitlement: Hashable, Sendable { case grant, nothing }

extension Snapshot {
  /// What is asked again of a join that stands.
  func facts(of join: Join, in meeting: Meeting) throws(StorageFault) -> AdmissionFacts {
    let backing = try backing(of: join)
    var facts = AdmissionFacts(
      of: join, in: meeting, factors: backing?.session?.session.factors ?? 0,
      notices: try answers(of: join, to: meeting.policy.notices),
      isBarred: try isBarred(join, in: meeting), now: now)
    // With a session of before, that would not get in any more.
    switch backing {
    case nil, .invalid: break
    case .enrolmentOnly: facts.lacksFactor = true
    case .stands(let found): facts.lacksFactor = lacksFactor(found.account, found.session.factors, in: meeting)
    }
    facts.joinerClass = try presentClass(of: join)
    if try hasTypedName(join, in: meeting) { facts.name = .missing }
    return facts
  }

  /// Who has not come in yet is of the class that account and invite make it now: an operator may have taken back
  /// its word, and an invite may be over.
  private func presentClass(of join: Join) throws(StorageFault) -> JoinerClass {
    guard join.state == .waiting || join.state == .admitted else { return join.joinerClass }
    switch join.joinerClass {
    case .host, .cohost, .guest: return join.joinerClass
    case .member: return try isVouched(join) ? .member : .guest
    case .invitee:
      guard join.state == .waiting, try isOver(join.invite) else { return .invitee }
      if join.clientKind.isTelephone { return .guest }
      return try isVouched(join) ? .member : .guest
    }
  }

  private func isVouched(_ join: Join) throws(StorageFault) -> Bool {
    guard let id = join.account else { return false }
    return try account(id)?.vouched ?? false
  }

  private func isOver(_ id: InviteID?) throws(StorageFault) -> Bool {
    guard let id, let invite = try invite(id) else { return true }
    return invite.expiresAt.map { now >= $0 } ?? false
  }

  /// Whether a join goes by a name of its own where names are the account's or the invite's by now: it was typed under
  /// a looser policy. Whoever is inside keeps it.
  private func hasTypedName(_ join: Join, in meeting: Meeting) throws(StorageFault) -> Bool {
    guard meeting.policy.names == .given, !join.joinerClass.isHosting, join.state == .waiting || join.state == .admitted
    else { return false }
    var given: DisplayName?
    if let id = join.account {
      given = try account(id)?.displayName
    } else if let id = join.invite {
      given = try invite(id)?.displayName
    }
    if join.clientKind == .bot { given = given?.suffixed(with: "bot") }
    return given != join.displayName
  }

  /// What a join has said to the notices in force: to their texts, and not to others under the same version.
  private func answers(of join: Join, to notices: [Notice]) throws(StorageFault) -> [NoticeAnswer] {
    if notices.isEmpty { return [] }
    let texts = Dictionary(notices.map { ($0.id, textDigest(of: $0)) }) { first, _ in first }
    return try consents(of: join.id).filter { texts[$0.notice] == $0.textDigest }.map(\.answer)
  }

  /// The notices that a join has yet to be shown, or to agree to.
  func openNotices(of join: Join, in meeting: Meeting) throws(StorageFault) -> [Notice] {
    if meeting.policy.notices.isEmpty || join.isOver || join.occurrence != meeting.occurrence { return [] }
    return try facts(of: join, in: meeting).openNotices
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
    return AdmissionPolicy.objection(to: try facts(of: join, in: meeting)) == nil ? .grant : .nothing
  }
}

extension Transaction {
  /// Records what somebody says to notices of the policy, each bound to the text that is in force; what is about
  /// no notice of it is no answer to anything. True where anything is other than it was.
  @discardableResult
  func answer(
    _ answers: [NoticeAnswer], by join: Join, in meeting: Meeting, _ caller: Caller
  ) throws(StorageFault) -> Bool {
    var isNews = false
    for answer in answers {
      guard let notice = meeting.policy.notices.first(where: { $0.id == answer.id && $0.version == answer.version })
      else { continue }
      let text = textDigest(of: notice)
      let said = try consents(of: join.id).filter { $0.notice == notice.id }
      let toThis = said.first { $0.version == notice.version && $0.textDigest == text }
      if toThis?.answer == answer { continue }
      isNews = true
      // Who takes an agreement back takes back all that was agreed to under its name: a policy that goes back to
      // an older text does not find it standing.
      let standing = said.filter { $0.answer.agreed }
      if !answer.agreed && !standing.isEmpty {
        for consent in standing { try save(consent.withdrawn(at: now), of: join.id) }
      } else {
        try save(
          Consent(notice: notice.id, version: notice.version, textDigest: text, agreed: answer.agreed, time: now),
          of: join.id)
      }
      try append(
        AuditEntry(
          !answer.agreed && !standing.isEmpty ? .consentWithdrawn : .noticeAnswered, by: .join(join.id),
          subject: join.id.text, request: caller.request,
          detail: [
            ("meeting", meeting.id.text), ("notice", notice.id), ("version", String(notice.version)),
            ("text", text.hex), ("agreed", String(answer.agreed)),
          ]))
    }
    return isNews
  }

  /// The same of a join that stands: whoever watches it hears of it.
  func answer(
    _ answers: [NoticeAnswer], by join: inout Join, in meeting: inout Meeting, _ caller: Caller
  ) throws(StorageFault) {
    guard try answer(answers, by: join, in: meeting, caller) else { return }
    try change(&join, in: &meeting, as: .joinConsent, Cause(.join(join.id), caller.request)) { _ in }
  }
}
