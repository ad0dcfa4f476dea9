import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func introspectSession(_ services: Services) -> Endpoint {
    Endpoint(
      "introspectSession", "POST", "/v1/sessions/introspect", access: .frontEnds(.sessions, bearer: .none),
      secret: .token, cost: .read, body: .object(secrets: ["token"])
    ) { exchange in
      var body = try exchange.body()
      let token = try body.secret("token")
      try body.finish()
      let proof = token.withBytes { services.mint.read($0) }
      let standing = try await services.sessions.introspect(proof)
      let reach: String? =
        switch standing {
        case .invalid: nil
        case .stands: "everything"
        case .enrolmentOnly: "enrolment"
        }
      let found = standing.session
      return .json(200) { json in
        json.member("active", found != nil)
        if let found, let reach {
          json.member("reach", reach)
          json.key("session")
          json.session(found.session, of: found.account)
        }
      }
    }
  }

  static func signOut(_ services: Services) -> Endpoint {
    Endpoint(
      "signOut", "DELETE", "/v1/sessions/current", access: .frontEnds(.sessions, bearer: .session), secret: nil,
      cost: .write, body: .none
    ) { exchange in
      guard try await services.sessions.signOut(exchange.caller) else { throw Refusal(.invalidToken) }
      return .noContent
    }
  }
}
