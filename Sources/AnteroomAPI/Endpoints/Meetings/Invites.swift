import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func createInvite(_ services: Services) -> Endpoint {
    Endpoint(
      "createInvite", "POST", "/v1/meetings/{meeting}/invites", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .write, body: .optionalObject(secrets: [])
    ) { exchange in
      let draft = try exchange.invite(at: services.operation.now)
      let link = exchange.caller.frontEnd.link
      let creation = try await services.invites.create(
        draft, in: exchange.meetingID, claim: exchange.idempotency, caller: exchange.caller,
        render: { created in answer(created, link: link, isReplayed: true) }
      ).value()
      switch creation {
      case .created(let created):
        return Reply(status: 201, body: answer(created, link: link, isReplayed: false))
      case .replayed(let answer): return Reply(status: 201, body: answer)
      case .idempotencyConflict: throw Refusal(.idempotencyConflict)
      case .refused(let refusal): throw Refusal(invite: refusal)
      }
    }
  }

  private static func answer(_ created: CreatedInvite, link: LinkTemplate?, isReplayed: Bool) -> [UInt8] {
    JSONText.object { json in
      json.key("invite")
      json.invite(created.invite)
      // Neither the code nor the link that has it in it is shown twice.
      if let code = created.code, !isReplayed { json.member("code", code) }
      if let link, created.code == nil || !isReplayed {
        json.member("url", link.url(to: created.invite.meeting, invite: created.code))
      }
      if isReplayed { json.member("replayed", true) }
    }
  }

  static func listInvites(_ services: Services) -> Endpoint {
    Endpoint(
      "listInvites", "GET", "/v1/meetings/{meeting}/invites", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .read, query: ["limit", "cursor"], body: .none
    ) { exchange in
      let page = try await services.invites.list(
        of: exchange.meetingID, after: try exchange.cursor(), limit: try exchange.limit(), caller: exchange.caller
      ).value()
      return .page(page) { $0.invite($1) }
    }
  }

  static func deleteInvite(_ services: Services) -> Endpoint {
    Endpoint(
      "deleteInvite", "DELETE", "/v1/meetings/{meeting}/invites/{invite}",
      access: .frontEnds(.meetings, bearer: .session), secret: nil, cost: .write, body: .none
    ) { exchange in
      let id = InviteID(parsing: exchange.parameter("invite")) ?? InviteID(known: "-")
      let answer = try await services.invites.revoke(id, in: exchange.meetingID, caller: exchange.caller)
      if case .noSuchJoin = answer { throw Refusal(.notFound, "There is no such invite in this meeting.") }
      try answer.value()
      return .noContent
    }
  }
}

extension Exchange {
  fileprivate func invite(at now: Instant) throws(Refusal) -> InviteDraft {
    var body = try body()
    let label = try body.optionalText("label", limit: 256)
    var account: AccountID?
    if let text = try body.optionalString("account", limit: 64) {
      guard let id = AccountID(parsing: text) else { throw body.wrong("account", "the id of an account") }
      account = id
    }
    let role = try body.optionalWord("role", JoinRole.self) ?? .participant
    if role == .host { throw body.wrong("role", "one of participant, viewer, cohost") }
    let uses = try body.optionalInteger("uses", in: Invite.usesRange)
    let expiresAt = try body.optionalTime("expires_at")
    let bypasses = try body.optionalBool("bypass_waiting_room") ?? false
    let displayName = try body.optionalString("display_name")
    try body.finish()
    if let expiresAt, expiresAt <= now { throw Refusal(.invalidField, "is over already", pointer: "/expires_at") }
    return InviteDraft(
      label: label, account: account, role: role, uses: uses, expiresAt: expiresAt, bypassesWaitingRoom: bypasses,
      displayName: displayName)
  }
}

extension Refusal {
  fileprivate init(invite refusal: InviteRefusal) {
    switch refusal {
    case .meetingOver: self.init(.stateConflict, "The meeting has ended and does not take place again.")
    case .tooMany:
      self.init(.stateConflict, "A meeting has at most \(Invite.openCeiling) open invites: revoke some.")
    case .alreadyInvited: self.init(.stateConflict, "This account has an invite: revoke that one first.")
    case .nameInvalid:
      self.init(.invalidField, "must be 1 to 64 characters that can be shown", pointer: "/display_name")
    case .nameReserved: self.init(.nameNotAllowed, "It holds a reserved word.", pointer: "/display_name")
    }
  }
}

extension JSONText {
  fileprivate mutating func invite(_ invite: Invite) {
    object { json in
      json.member("id", invite.id.text)
      if let label = invite.label { json.member("label", label) }
      if let account = invite.account { json.member("account", account.text) }
      json.member("role", invite.role.rawValue)
      if let uses = invite.uses { json.member("uses", uses) } else { json.null("uses") }
      json.member("used", invite.used)
      if let time = invite.expiresAt { json.member("expires_at", time) }
      json.member("bypass_waiting_room", invite.bypassesWaitingRoom)
      if let name = invite.displayName { json.member("display_name", name.text) }
      json.member("created_at", invite.createdAt)
    }
  }
}
