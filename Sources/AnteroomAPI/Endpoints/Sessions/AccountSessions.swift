import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listSessions(_ services: Services) -> Endpoint {
    Endpoint(
      "listSessions", "GET", "/v1/accounts/{account}/sessions", access: .frontEnds(.sessions, bearer: .session),
      secret: nil, cost: .read, query: ["limit", "cursor"], body: .none
    ) { exchange in
      let cursor = try exchange.cursor()
      let limit = try exchange.limit()
      let id = try await services.accountID(exchange)
      guard let (account, page) = try await services.sessions.list(of: id, after: cursor, limit: limit) else {
        throw Refusal(.notFound, "There is no such account.")
      }
      let current = services.sessions.current(exchange.caller)
      return .page(page) { $0.session($1, of: account, isCurrent: $1.id == current) }
    }
  }

  static func revokeSessions(_ services: Services) -> Endpoint {
    Endpoint(
      "revokeSessions", "DELETE", "/v1/accounts/{account}/sessions", access: .frontEnds(.sessions, bearer: .session),
      secret: nil, cost: .write, body: .none
    ) { exchange in
      let id = try await services.accountID(exchange)
      return try await services.sessions.revokeAll(of: id, caller: exchange.caller).reply("account")
    }
  }

  static func revokeSession(_ services: Services) -> Endpoint {
    Endpoint(
      "revokeSession", "DELETE", "/v1/accounts/{account}/sessions/{session}",
      access: .frontEnds(.sessions, bearer: .session), secret: nil, cost: .write, body: .none
    ) { exchange in
      let id = try await services.accountID(exchange)
      guard let session = SessionID(parsing: exchange.parameter("session")) else {
        throw Refusal(.notFound, "There is no such session.")
      }
      return try await services.sessions.revoke(session, of: id, caller: exchange.caller).reply("session")
    }
  }
}

extension SessionRevocation {
  fileprivate func reply(_ what: String) throws(Refusal) -> Reply {
    switch self {
    case .done: return .noContent
    case .notFound: throw Refusal(.notFound, "There is no such \(what).")
    case .invalidToken: throw Refusal(.invalidToken)
    case .secondFactorRequired: throw Refusal(.secondFactorRequired)
    }
  }
}
