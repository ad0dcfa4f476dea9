import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func eraseAccount(_ services: Services) -> Endpoint {
    Endpoint(
      "eraseAccount", "DELETE", "/v1/accounts/{account}", access: .frontEnds(.sessions, bearer: .session), secret: nil,
      cost: .write, body: .none
    ) { exchange in
      let id = try await services.accountID(exchange)
      try await services.person.erase(id, ifVersion: exchange.ifMatch(), caller: exchange.caller).value()
      return .noContent
    }
  }

  static func exportAccount(_ services: Services) -> Endpoint {
    Endpoint(
      "exportAccount", "GET", "/v1/accounts/{account}/export", access: .frontEnds(.sessions, bearer: .session),
      secret: nil, cost: .scan, body: .none
    ) { exchange in
      let id = try await services.accountID(exchange)
      let data = try await services.person.export(id, caller: exchange.caller).value()
      return .json(200) { $0.personalData(data) }
    }
  }
}

extension PersonAnswer {
  fileprivate func value() throws(Refusal) -> Value {
    switch self {
    case .done(let value): return value
    case .noAccount: throw Refusal(.notFound, "There is no such account.")
    case .invalidToken: throw Refusal(.invalidToken)
    case .secondFactorRequired: throw Refusal(.secondFactorRequired)
    case .stale: throw Refusal(.stale)
    case .reauthenticationRequired:
      throw Refusal(
        .reauthenticationRequired,
        "Show the password again, and the second factor where there is one, within five minutes of this: "
          + "POST /v1/sessions/reauthenticate.")
    }
  }
}
