package import AnteroomCore

/// Whom a host bars, and for how long.
package struct BanDraft: Sendable {
  package let target: Ban.Target
  package let reason: String?
  package let expiresAt: Instant?

  package init(target: Ban.Target, reason: String?, expiresAt: Instant?) {
    self.target = target
    self.reason = reason
    self.expiresAt = expiresAt
  }
}

extension HostControlService {
  /// The bars in force in the running occurrence.
  package func bans(
    of id: MeetingID, after cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Page<Ban>> {
    return try await ports.store.read { snapshot throws(StorageFault) in
      switch try snapshot.authority(over: id, to: .protect, caller: caller) {
      case .invalidToken: return .invalidToken
      case .secondFactorRequired: return .secondFactorRequired
      case .none: return .notHost
      case .ticket: return .sessionRequired
      case .session(_, let meeting):
        return .done(try snapshot.bans(of: id, occurrence: meeting.occurrence, after: cursor, limit: limit))
      }
    }
  }

  /// Bars somebody who need not be here: what they have open goes with it.
  package func ban(_ draft: BanDraft, in id: MeetingID, caller: Caller) async throws(StorageFault) -> HostAnswer<Ban> {
    let banID = BanID(random: ports.randomness.bytes(BanID.randomByteCount))
    return try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Ban> in
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: .protect, caller: caller)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: "ban", on: id, caller: caller, in: tx)
      }
      if authority.isTicket { return .sessionRequired }
      var account: AccountID?
      var lineage: JoinID?
      var invite: InviteID?
      var isInvited = false
      switch draft.target {
      case .account(let id):
        // Whether there is such an account is not this host's to know.
        account = id
      case .join(let id):
        guard let stored = try tx.join(id), stored.join.meeting == meeting.id else { return .noSuchJoin }
        account = stored.join.account
        lineage = stored.join.lineage
        isInvited = stored.join.invite != nil && account == nil
      case .invite(let id):
        guard let found = try tx.invite(id), found.meeting == meeting.id else { return .noSuchJoin }
        invite = id
      }
      if account == meeting.host { return .impossible(.hosting) }
      let ban = Ban(
        id: banID, meeting: id, occurrence: nil,
        target: account.map(Ban.Target.account) ?? lineage.map(Ban.Target.join) ?? invite.map(Ban.Target.invite)
          ?? draft.target, reason: draft.reason, by: actor.text, createdAt: tx.now, expiresAt: draft.expiresAt)
      // A bar in place of one that lasts longer lifts that one.
      if let old = try tx.ban(on: ban.target, in: id), old.outlasts(ban), try !tx.hasSteppedUp(caller, in: meeting) {
        return .reauthenticationRequired
      }
      try tx.bar(ban, lineage: lineage, invited: isInvited, in: &meeting, Cause(actor, caller.request))
      return .done(ban)
    }
  }

  /// Lets somebody knock again. The passcode they know stays suspect until it is another.
  package func unban(_ banID: BanID, in id: MeetingID, caller: Caller) async throws(StorageFault) -> HostAnswer<Void> {
    try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Void> in
      let authority = try tx.authority(over: id, to: .steer, caller: caller)
      guard let meeting = authority.meeting, let actor = authority.actor else {
        return try refuse(authority, act: "unban", on: id, caller: caller, in: tx)
      }
      if authority.isTicket { return .sessionRequired }
      guard let ban = try tx.ban(banID), ban.meeting == id else { return .noSuchJoin }
      // Nobody lifts what others laid on them.
      if case .account(let barred) = ban.target, .account(barred) == actor, barred != meeting.host {
        return .impossible(.barred)
      }
      if try !tx.hasSteppedUp(caller, in: meeting) { return .reauthenticationRequired }
      try tx.delete(banID)
      try tx.append(
        AuditEntry(
          .unbanned, by: actor, subject: id.text, request: caller.request, detail: [("ban", banID.text)]))
      return .done(())
    }
  }
}

extension Transaction {
  /// Bars whoever a join is of: the account, or the chain of tickets where there is none. Until it is lifted, or
  /// for the occurrence alone. What else they have open goes; of the join itself the caller disposes, afterwards: its
  /// seat must not come free to another of theirs.
  func bar(
    behind join: inout Join, in meeting: inout Meeting, _ id: BanID, _ reason: String?, untilLifted: Bool,
    _ cause: Cause
  ) throws(StorageFault) {
    try bar(
      Ban(
        id: id, meeting: meeting.id, occurrence: untilLifted ? nil : meeting.occurrence,
        target: join.account.map(Ban.Target.account) ?? .join(join.lineage), reason: reason, by: cause.actor.text,
        createdAt: now), lineage: join.lineage, besides: join.id, invited: join.invite != nil && join.account == nil,
      in: &meeting, Cause(cause.actor, cause.request))
    // It may have been marked, or passed over for a seat.
    join = try self.join(join.id)?.join ?? join
  }

  /// Bars somebody from coming back. What they have open here goes with it: a second device is the same person.
  /// `invited` says that whoever it is came by an invite, and may know no passcode.
  func bar(
    _ ban: Ban, lineage: JoinID?, besides: JoinID? = nil, invited: Bool = false, in meeting: inout Meeting,
    _ cause: Cause
  ) throws(StorageFault) {
    try replace(ban)
    var account: AccountID?
    var invite: InviteID?
    switch ban.target {
    case .account(let id): account = id
    case .invite(let id): invite = id
    case .join: break
    }
    try append(
      AuditEntry(
        .banned, by: cause.actor, subject: meeting.id.text, request: cause.request,
        detail: [("ban", ban.id.text), ("on", account?.text ?? invite?.text ?? lineage?.text ?? "")]))
    // Who knows the passcode can come back under another name, without account and ticket; also if the meeting is
    // opened to everybody with the link only later.
    let knowsPasscode = invite == nil && (!invited || meeting.policy.passcode == .everyone)
    if knowsPasscode && !meeting.passcodeIsSuspect {
      meeting.passcodeIsSuspect = true
      try update(meeting)
      // They may be among those who wait already.
      try markWaiting(in: &meeting, membersToo: false)
    }
    var open = try openJoins(
      in: meeting.id, occurrence: meeting.occurrence, of: account, lineage: lineage ?? JoinID(known: "-"))
    if let account { open += try openJoins(in: meeting.id, occurrence: meeting.occurrence, begunBy: account) }
    if let invite { open += try openJoins(with: invite).filter { $0.occurrence == meeting.occurrence } }
    // Those who wait first: a seat that comes free here is nobody's of them.
    let theirs = open.filter { $0.joinerClass != .host && $0.id != besides }
    let shutOut = theirs.filter { $0.state == .waiting } + theirs.filter { $0.state != .waiting }
    if shutOut.contains(where: \.mayHaveGrant) { try raiseEpoch(of: &meeting, by: cause.actor) }
    let over = now.adding(seconds: meeting.policy.ticketSeconds)
    let why = Cause(cause.actor, cause.request, detail: [("by", "ban")])
    for found in shutOut {
      // What became of one of theirs may have changed another.
      guard var join = try self.join(found.id)?.join, !join.isOver else { continue }
      switch join.state {
      case .waiting: try move(&join, to: .denied, in: &meeting, until: over, as: .joinDenied, why)
      case .admitted, .present:
        try move(&join, to: .removed, in: &meeting, until: over, as: .joinRemoved, revoking: true, why)
      case .left:
        try change(&join, in: &meeting, as: .joinRemoved, revoking: true, why) { $0.mayRejoin = false }
      case .denied, .withdrawn, .expired, .removed: break
      }
    }
  }
}
