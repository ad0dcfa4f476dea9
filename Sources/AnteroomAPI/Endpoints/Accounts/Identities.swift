import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func bindIdentity(_ services: Services) -> Endpoint {
    Endpoint(
      "bindIdentity", "PUT", "/v1/accounts/{account}/identities/{issuer}", access: .operators, secret: nil,
      cost: .write, body: .object(secrets: [])
    ) { exchange in
      let id = try exchange.accountID("account")
      var body = try exchange.body()
      let subject = try body.string("sub", limit: IdentityClaims.longestSubject)
      guard (1...IdentityClaims.longestSubject).contains(subject.utf8.count) else {
        throw body.wrong("sub", "1 to \(IdentityClaims.longestSubject) bytes long")
      }
      try body.finish()
      return try await services.identities.bind(
        subject, issuer: exchange.parameter("issuer"), to: id, caller: exchange.caller
      ).reply()
    }
  }

  static func unbindIdentity(_ services: Services) -> Endpoint {
    Endpoint(
      "unbindIdentity", "DELETE", "/v1/accounts/{account}/identities/{issuer}", access: .operators, secret: nil,
      cost: .write, body: .none
    ) { exchange in
      let id = try exchange.accountID("account")
      return try await services.identities.unbind(
        issuer: exchange.parameter("issuer"), from: id, caller: exchange.caller
      ).reply()
    }
  }
}

extension IdentityBinding {
  fileprivate func reply() throws(Refusal) -> Reply {
    switch self {
    case .done: return .noContent
    case .noAccount: throw Refusal(.notFound, "There is no such account.")
    case .noIssuer: throw Refusal(.notFound, "The configuration has no [[issuer]] of that name.")
    case .taken: throw Refusal(.stateConflict, "That is another account to this issuer.")
    }
  }
}
