import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func allowDelegate(_ services: Services) -> Endpoint {
    Endpoint(
      "allowDelegate", "PUT", "/v1/accounts/me/delegates/{frontend}",
      access: .frontEnds(.sessions, bearer: .session), secret: nil, cost: .write, body: .none
    ) { exchange in
      let name = exchange.parameter("frontend")
      // Who shows no session learns nothing of which front ends there are.
      switch try await services.sessions.standing(exchange.caller) {
      case .invalid: throw Refusal(.invalidToken)
      case .enrolmentOnly: throw Refusal(.secondFactorRequired)
      case .stands: break
      }
      guard services.peers.hasScheduler(name) else {
        throw Refusal(.notFound, "No front end of that name is configured to schedule.")
      }
      return try await services.delegates.allow(name, caller: exchange.caller).reply()
    }
  }

  static func endDelegate(_ services: Services) -> Endpoint {
    Endpoint(
      "endDelegate", "DELETE", "/v1/accounts/me/delegates/{frontend}",
      access: .frontEnds(.sessions, bearer: .session), secret: nil, cost: .write, body: .none
    ) { exchange in
      // Also one that is not configured any more.
      try await services.delegates.end(exchange.parameter("frontend"), caller: exchange.caller).reply()
    }
  }
}

extension DelegateResult {
  fileprivate func reply() throws(Refusal) -> Reply {
    switch self {
    case .done: return .noContent
    case .invalidToken: throw Refusal(.invalidToken)
    case .secondFactorRequired: throw Refusal(.secondFactorRequired)
    case .reauthenticationRequired: throw Refusal(.reauthenticationRequired)
    }
  }
}
