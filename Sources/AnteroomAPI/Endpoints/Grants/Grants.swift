import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func redeemGrant(_ services: Services) -> Endpoint {
    Endpoint(
      "redeemGrant", "POST", "/v1/grants/redeem", access: .frontEnds(.grants, bearer: .none), secret: .grant,
      cost: .write, body: .object(secrets: [])
    ) { exchange in
      switch try await services.grants.redeem(try exchange.grant(), caller: exchange.caller) {
      case .redeemed(let join, let meeting):
        return .json(200) { json in
          json.key("join")
          json.join(join, epoch: meeting.epoch)
          json.grantMeeting(meeting)
        }
      case .invalid: throw Refusal(.invalidToken, "The grant is not valid here, or not any more.")
      case .over: throw Refusal(.joinRefused, "The join that the grant was for is over.")
      case .alreadyUsed: throw Refusal(.grantAlreadyUsed)
      case .outdated: throw Refusal(.grantOutdated, "The epoch has risen. Fetch a fresh one with the ticket.")
      }
    }
  }

  static func introspectGrant(_ services: Services) -> Endpoint {
    Endpoint(
      "introspectGrant", "POST", "/v1/grants/introspect", access: .frontEnds(.grants, bearer: .none), secret: .grant,
      cost: .read, body: .object(secrets: [])
    ) { exchange in
      let active = try await services.grants.introspect(try exchange.grant(), caller: exchange.caller)
      return .json(200) { json in
        json.member("active", active != nil)
        if let active {
          json.key("join")
          json.join(active.join, epoch: active.meeting.epoch)
          json.grantMeeting(active.meeting)
          json.member("redeemed", active.isRedeemed)
          json.member("expires_at", active.claims.expiresAt)
        }
      }
    }
  }
}

extension Exchange {
  fileprivate func grant() throws(Refusal) -> String {
    var body = try body()
    let grant = try body.string("grant", limit: 8192)
    try body.finish()
    return grant
  }
}

extension JSONText {
  fileprivate mutating func grantMeeting(_ meeting: Meeting) {
    object("meeting") { json in
      json.member("id", meeting.id.text)
      json.member("epoch", meeting.epoch)
      json.member("state", meeting.state.rawValue)
    }
  }
}
