import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listJoins(_ services: Services) -> Endpoint {
    Endpoint(
      "listJoins", "GET", "/v1/meetings/{meeting}/joins", access: .frontEnds(.joins, bearer: .host), secret: nil,
      cost: .read, query: ["state", "limit", "cursor"], body: .none
    ) { exchange in
      var states = JoinState.allCases
      if let text = exchange.query["state"] {
        guard let state = JoinState(rawValue: text) else {
          throw Refusal(
            .invalidField, "state must be one of \(JoinState.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        states = [state]
      }
      let answer = try await services.hostControls.joins(
        of: exchange.meetingID, states: states, after: try exchange.cursor(), limit: try exchange.limit(),
        caller: exchange.caller)
      if case .notHost = answer, exchange.caller.actsAsOperator {
        throw Refusal(.notFound, "There is no such meeting.")
      }
      let page = try answer.value()
      return .page(page.joins) { $0.join($1, epoch: page.epoch, forHost: true) }
    }
  }

  static func admitJoin(_ services: Services) -> Endpoint {
    act("admitJoin", "admit", services, body: .none) { _ in .admit }
  }

  static func denyJoin(_ services: Services) -> Endpoint {
    act("denyJoin", "deny", services, body: .optionalObject(secrets: [])) { exchange throws(Refusal) in
      var body = try exchange.body()
      let reason = try body.optionalText("reason", limit: 500)
      let message = try body.optionalText("message", limit: 500)
      try body.finish()
      return .deny(reason: reason, message: message)
    }
  }

  private static func act(
    _ operation: String, _ verb: String, _ services: Services, body: BodyRule,
    _ read: @escaping @Sendable (Exchange) throws(Refusal) -> JoinAct
  ) -> Endpoint {
    Endpoint(
      operation, "POST", "/v1/meetings/{meeting}/joins/{join}/\(verb)", access: .frontEnds(.joins, bearer: .host),
      secret: nil, cost: .write, body: body
    ) { exchange in
      let act = try read(exchange)
      let id = JoinID(parsing: exchange.parameter("join")) ?? JoinID(known: "-")
      let done = try await services.hostControls.act(
        act, on: id, in: exchange.meetingID, caller: exchange.caller
      ).value()
      return .json(200) { json in
        json.key("join")
        json.join(done.join, epoch: done.epoch, forHost: true)
      }
    }
  }
}
