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
        throw Refusal.noMeeting
      }
      return .page(try answer.value()) { $0.join($1) }
    }
  }

  static func admitJoin(_ services: Services) -> Endpoint {
    act("admitJoin", "admit", services, body: .none) { _ in .admit }
  }

  static func denyJoin(_ services: Services) -> Endpoint {
    act("denyJoin", "deny", services, body: .optionalObject(secrets: [])) { exchange throws(Refusal) in
      let said = try exchange.shuttingOut()
      return .deny(reason: said.reason, message: said.message, ban: said.ban ?? false)
    }
  }

  static func removeJoin(_ services: Services) -> Endpoint {
    act("removeJoin", "remove", services, body: .optionalObject(secrets: [])) { exchange throws(Refusal) in
      let said = try exchange.shuttingOut()
      return .remove(reason: said.reason, message: said.message, ban: said.ban)
    }
  }

  static func sendBackJoin(_ services: Services) -> Endpoint {
    act("sendBackJoin", "send-back", services, body: .none) { _ in .sendBack }
  }

  static func changeRole(_ services: Services) -> Endpoint {
    act("changeRole", "role", bearer: .session, services, body: .object(secrets: [])) { exchange throws(Refusal) in
      var body = try exchange.body()
      let role = try body.optionalWord("role", JoinRole.self)
      try body.finish()
      guard let role else { throw Refusal(.invalidField, "is missing", pointer: "/role") }
      return .role(role)
    }
  }

  static func changePublish(_ services: Services) -> Endpoint {
    act("changePublish", "publish", bearer: .session, services, body: .object(secrets: [])) {
      exchange throws(Refusal) in
      var body = try exchange.body()
      let act = JoinAct.publish(
        audio: try body.optionalBool("audio"), video: try body.optionalBool("video"),
        screen: try body.optionalBool("screen"))
      try body.finish()
      return act
    }
  }

  static func messageJoin(_ services: Services) -> Endpoint {
    act("messageJoin", "message", services, body: .object(secrets: [])) { exchange throws(Refusal) in
      .message(try exchange.text())
    }
  }

  private static func act(
    _ operation: String, _ verb: String, bearer: BearerRule = .host, _ services: Services, body: BodyRule,
    _ read: @escaping @Sendable (Exchange) throws(Refusal) -> JoinAct
  ) -> Endpoint {
    Endpoint(
      operation, "POST", "/v1/meetings/{meeting}/joins/{join}/\(verb)", access: .frontEnds(.joins, bearer: bearer),
      secret: nil, cost: .write, body: body
    ) { exchange in
      let act = try read(exchange)
      let id = JoinID(parsing: exchange.parameter("join")) ?? JoinID(known: "-")
      let done = try await services.hostControls.act(
        act, on: id, in: exchange.meetingID, caller: exchange.caller
      ).value()
      return .json(200) { json in
        json.key("join")
        json.join(done)
      }
    }
  }
}

extension Exchange {
  /// What a host says when it shuts somebody out.
  fileprivate func shuttingOut() throws(Refusal) -> (reason: String?, message: String?, ban: Bool?) {
    var body = try body()
    let reason = try body.optionalText("reason", limit: 500)
    let message = try body.optionalText("message", limit: 500)
    let ban = try body.optionalBool("ban")
    try body.finish()
    return (reason, message, ban)
  }

  /// A body that is one text for a person.
  func text() throws(Refusal) -> String {
    var body = try body()
    let text = try body.optionalText("text", limit: 500)
    try body.finish()
    guard let text else { throw Refusal(.invalidField, "is missing", pointer: "/text") }
    return text
  }
}
