import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listBans(_ services: Services) -> Endpoint {
    Endpoint(
      "listBans", "GET", "/v1/meetings/{meeting}/bans", access: .frontEnds(.meetings, bearer: .session), secret: nil,
      cost: .read, query: ["limit", "cursor"], body: .none
    ) { exchange in
      let page = try await services.hostControls.bans(
        of: exchange.meetingID, after: try exchange.cursor(), limit: try exchange.limit(), caller: exchange.caller
      ).value()
      return .page(page) { $0.ban($1) }
    }
  }

  static func createBan(_ services: Services) -> Endpoint {
    Endpoint(
      "createBan", "POST", "/v1/meetings/{meeting}/bans", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .write, body: .object(secrets: [])
    ) { exchange in
      let draft = try exchange.ban(at: services.operation.now)
      let ban = try await services.hostControls.ban(draft, in: exchange.meetingID, caller: exchange.caller).value()
      return .json(201) { json in
        json.key("ban")
        json.ban(ban)
      }
    }
  }

  static func deleteBan(_ services: Services) -> Endpoint {
    Endpoint(
      "deleteBan", "DELETE", "/v1/meetings/{meeting}/bans/{ban}", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .write, body: .none
    ) { exchange in
      let id = BanID(parsing: exchange.parameter("ban")) ?? BanID(known: "-")
      let answer = try await services.hostControls.unban(id, in: exchange.meetingID, caller: exchange.caller)
      if case .noSuchJoin = answer { throw Refusal(.notFound, "There is no such bar in this meeting.") }
      try answer.value()
      return .noContent
    }
  }
}

extension Exchange {
  fileprivate func ban(at now: Instant) throws(Refusal) -> BanDraft {
    var body = try body()
    let account = try body.optionalString("account", limit: 64)
    let join = try body.optionalString("join", limit: 64)
    let invite = try body.optionalString("invite", limit: 64)
    let reason = try body.optionalText("reason", limit: 500)
    let expiresAt = try body.optionalTime("expires_at")
    try body.finish()
    if let expiresAt, expiresAt <= now { throw Refusal(.invalidField, "is over already", pointer: "/expires_at") }
    let target: Ban.Target
    switch (account, join, invite) {
    case (let text?, nil, nil):
      guard let id = AccountID(parsing: text) else {
        throw Refusal(.invalidField, "must be the id of an account", pointer: "/account")
      }
      target = .account(id)
    case (nil, nil, let text?):
      guard let id = InviteID(parsing: text) else {
        throw Refusal(.invalidField, "must be the id of an invite", pointer: "/invite")
      }
      target = .invite(id)
    case (nil, let text?, nil):
      guard let id = JoinID(parsing: text) else {
        throw Refusal(.invalidField, "must be the id of a join", pointer: "/join")
      }
      target = .join(id)
    case (nil, nil, nil), (.some, .some, _), (.some, _, .some), (_, .some, .some):
      throw Refusal(.invalidField, "names one of account, invite and join", pointer: "")
    }
    return BanDraft(target: target, reason: reason, expiresAt: expiresAt)
  }
}

extension JSONText {
  fileprivate mutating func ban(_ ban: Ban) {
    object { json in
      json.member("id", ban.id.text)
      switch ban.target {
      case .account(let id):
        json.member("on", "account")
        json.member("account", id.text)
      case .join(let id):
        json.member("on", "join")
        json.member("join", id.text)
      case .invite(let id):
        json.member("on", "invite")
        json.member("invite", id.text)
      }
      if let reason = ban.reason { json.member("reason", reason) }
      json.member("by", ban.by)
      json.member("created_at", ban.createdAt)
      if let time = ban.expiresAt { json.member("expires_at", time) }
    }
  }
}
