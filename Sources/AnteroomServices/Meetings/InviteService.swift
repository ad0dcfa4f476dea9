package import AnteroomCore

/// What a host asks of an invite.
package struct InviteDraft: Sendable {
  /// For the hosts' own lists; whoever is invited never sees it.
  package let label: String?
  package let account: AccountID?
  /// Never `host`: nobody grants a role above their own.
  package let role: JoinRole
  package let uses: Int?
  package let expiresAt: Instant?
  package let bypassesWaitingRoom: Bool
  /// As it was typed.
  package let displayName: String?

  package init(
    label: String?, account: AccountID?, role: JoinRole, uses: Int?, expiresAt: Instant?, bypassesWaitingRoom: Bool,
    displayName: String?
  ) {
    self.label = label
    self.account = account
    self.role = role
    self.uses = uses
    self.expiresAt = expiresAt
    self.bypassesWaitingRoom = bypassesWaitingRoom
    self.displayName = displayName
  }
}

package struct CreatedInvite: Sendable {
  package let invite: Invite
  /// Shown once; nil where an account's session is the proof.
  package let code: String?
}

package enum InviteRefusal: Hashable, Sendable {
  /// What was to happen once is over.
  case meetingOver
  /// As many are good, or kept, as may be.
  case tooMany
  case alreadyInvited
  case nameInvalid
  /// It holds a reserved word, so that nobody could come in under it.
  case nameReserved
}

/// Makes invites, lists them and takes them back: a host's or a cohost's by session alone. How they are used is
/// part of a join.
package struct InviteService: Sendable {
  private let ports: AdmissionPorts
  private let sealing: any Sealing
  private let hostControls: HostControlService

  package init(ports: AdmissionPorts, sealing: any Sealing) {
    self.ports = ports
    self.sealing = sealing
    hostControls = HostControlService(ports: ports)
  }

  /// Makes an invite: with a code of 130 random bits, or for an account. An account is taken as it is named: an
  /// answer that told which ids there are would tell more than the host may know.
  package func create(
    _ draft: InviteDraft, in id: MeetingID, claim: IdempotencyClaim?, caller: Caller,
    render: @escaping @Sendable (CreatedInvite) -> [UInt8]
  ) async throws(StorageFault) -> HostAnswer<Creation<CreatedInvite, InviteRefusal>> {
    let name: DisplayName?
    do throws(DisplayName.Invalid) {
      name = try draft.displayName.map { typed throws(DisplayName.Invalid) in
        try DisplayName(parsing: typed, with: ports.text)
      }
    } catch {
      return .done(.refused(.nameInvalid))
    }
    if let name, ports.reserved.forbids(name, with: ports.text) { return .done(.refused(.nameReserved)) }
    let inviteID = InviteID(random: ports.randomness.bytes(InviteID.randomByteCount))
    let code = draft.account == nil ? InviteCodes.make(ports.randomness, ports.digests) : nil
    return try await ports.store.write {
      tx throws(StorageFault) -> HostAnswer<Creation<CreatedInvite, InviteRefusal>> in
      let authority = try tx.authority(over: id, to: .steer, caller: caller)
      guard let meeting = authority.meeting, let actor = authority.actor else {
        return try hostControls.refuse(authority, act: "invite", on: id, caller: caller, in: tx)
      }
      if authority.isTicket { return .sessionRequired }
      let invite = Invite(
        id: inviteID, meeting: id, label: draft.label, account: draft.account, role: draft.role,
        // An account's is nobody else's to use up.
        uses: draft.uses ?? (draft.account == nil ? 1 : nil), used: 0, expiresAt: draft.expiresAt,
        bypassesWaitingRoom: draft.bypassesWaitingRoom, displayName: name, createdAt: tx.now)
      // An account that is invited is let past a host's eye where members are not.
      let isPastTheEye = invite.account != nil && meeting.policy.waitingRoom == .uninvited
      if invite.opensUp || isPastTheEye, try !tx.hasSteppedUp(caller, in: meeting) { return .reauthenticationRequired }
      let creation = try tx.once(claim, sealing: sealing, render: render, about: { $0.invite.account }) {
        () throws(StorageFault) -> Creation<CreatedInvite, InviteRefusal> in
        if let refusal = try tx.add(invite, code: code?.digest, to: meeting, Cause(actor, caller.request)) {
          return .refused(refusal)
        }
        return .created(CreatedInvite(invite: invite, code: code?.text))
      }
      return .done(creation)
    }
  }

  /// All of a meeting's that were not revoked, used up and expired ones too; never a code.
  package func list(
    of id: MeetingID, after cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Page<Invite>> {
    return try await ports.store.read { snapshot throws(StorageFault) in
      switch try snapshot.authority(over: id, to: .protect, caller: caller) {
      case .invalidToken: return .invalidToken
      case .secondFactorRequired: return .secondFactorRequired
      case .none: return .notHost
      case .ticket: return .sessionRequired
      case .session: return .done(try snapshot.invites(to: id, after: cursor, limit: limit))
      }
    }
  }

  /// Takes an invite back. `noSuchJoin` says that the meeting has none of that id.
  package func revoke(
    _ inviteID: InviteID, in id: MeetingID, caller: Caller
  ) async throws(StorageFault) -> HostAnswer<Void> {
    try await ports.store.write { tx throws(StorageFault) -> HostAnswer<Void> in
      try tx.endDueJoins()
      let authority = try tx.authority(over: id, to: .protect, caller: caller)
      guard var meeting = authority.meeting, let actor = authority.actor else {
        return try hostControls.refuse(authority, act: "revoke-invite", on: id, caller: caller, in: tx)
      }
      if authority.isTicket { return .sessionRequired }
      guard let invite = try tx.invite(inviteID), invite.meeting == id else { return .noSuchJoin }
      try tx.revoke(invite, in: &meeting, Cause(actor, caller.request))
      return .done(())
    }
  }
}

extension Transaction {
  fileprivate func add(
    _ invite: Invite, code: Digest?, to meeting: Meeting, _ cause: Cause
  ) throws(StorageFault) -> InviteRefusal? {
    guard invite.stands(in: meeting, at: now) else { return .meetingOver }
    let count = try inviteCount(of: meeting.id)
    guard count.good < Invite.openCeiling, count.all < Invite.keptCeiling else { return .tooMany }
    guard try insert(invite, code: code) else { return .alreadyInvited }
    // By ids and numbers: a label and a name are about a person.
    try append(
      AuditEntry(
        .inviteCreated, by: cause.actor, subject: meeting.id.text, request: cause.request,
        detail: [
          ("invite", invite.id.text), ("role", invite.role.rawValue), ("uses", invite.uses.map(String.init) ?? "any"),
          ("bypass_waiting_room", String(invite.bypassesWaitingRoom)),
        ] + (invite.account.map { [("account", $0.text)] } ?? [])))
    return nil
  }

  /// An invite opens nothing any more. Who waits by it or is on the way in is denied, and who was dropped does not
  /// come back; who is inside stays. A grant that was fetched for it is dead.
  fileprivate func revoke(_ invite: Invite, in meeting: inout Meeting, _ cause: Cause) throws(StorageFault) {
    let open = try openJoins(with: invite.id).filter { join in
      // Who hosts by the record meanwhile needs no invite.
      join.occurrence == meeting.occurrence && join.state != .present && !join.joinerClass.isHosting
    }
    try delete(invite.id)
    try append(
      AuditEntry(
        .inviteRevoked, by: cause.actor, subject: meeting.id.text, request: cause.request,
        detail: [("invite", invite.id.text), ("used", String(invite.used)), ("joins", String(open.count))]))
    if open.contains(where: \.mayHaveGrant) { try raiseEpoch(of: &meeting, by: cause.actor) }
    let over = now.adding(seconds: meeting.policy.ticketSeconds)
    let why = Cause(cause.actor, cause.request, detail: [("by", "invite_revoked")])
    // Who waits goes first: a seat that the others free is not theirs.
    let inOrder = [JoinState.waiting, .admitted, .left].flatMap { state in open.filter { $0.state == state } }
    for var join in inOrder {
      switch join.state {
      case .waiting: try move(&join, to: .denied, in: &meeting, until: over, as: .joinDenied, why)
      case .admitted: try move(&join, to: .denied, in: &meeting, until: over, as: .joinDenied, revoking: true, why)
      case .left: try forfeit(&join, in: &meeting, revoking: true, why)
      case .present, .denied, .withdrawn, .expired, .removed: break
      }
    }
  }
}
