import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func showOwnJoin(_ services: Services) -> Endpoint {
    Endpoint(
      "showOwnJoin", "GET", "/v1/joins/self", access: .frontEnds(.joins, bearer: .ticket), secret: nil, cost: .read,
      query: ["wait"], body: .none
    ) { exchange in
      let seconds = try exchange.waitSeconds()
      return try .own(try await services.ownJoins.show(seconds: seconds, caller: exchange.caller), exchange)
    }
  }

  static func withdrawJoin(_ services: Services) -> Endpoint {
    Endpoint(
      "withdrawJoin", "POST", "/v1/joins/self/withdraw", access: .frontEnds(.joins, bearer: .ticket), secret: nil,
      cost: .write, body: .none
    ) { exchange in try .own(try await services.ownJoins.withdraw(caller: exchange.caller), exchange) }
  }

  static func leaveJoin(_ services: Services) -> Endpoint {
    Endpoint(
      "leaveJoin", "POST", "/v1/joins/self/leave", access: .frontEnds(.joins, bearer: .ticket), secret: nil,
      cost: .write, body: .none
    ) { exchange in try .own(try await services.ownJoins.leave(caller: exchange.caller), exchange) }
  }
}

extension Reply {
  static func own(_ result: OwnJoinResult, _ exchange: Exchange) throws(Refusal) -> Reply {
    switch result {
    case .join(let own): return .own(own, maySeeGrants: exchange.caller.frontEnd.permissions.contains(.grants))
    case .invalidToken: throw Refusal(.invalidToken)
    case .impossible(let state): throw Refusal(.stateConflict, "The join is \(state.rawValue).")
    case .noticeNotInForce:
      throw Refusal(
        .stateConflict, "No notice of that id and version is in force; GET /v1/joins/self lists those that are.")
    }
  }

  /// A joiner's own join: its state, and a grant where it may have one.
  static func own(_ own: OwnJoin, maySeeGrants: Bool) -> Reply {
    .json(200) { json in
      json.key("join")
      json.join(own.join, epoch: own.meeting.epoch)
      if let grant = own.grant, maySeeGrants { json.given(grant) }
      if !own.notices.isEmpty { json.array("notices", own.notices) { $0.notice($1) } }
    }
  }
}
