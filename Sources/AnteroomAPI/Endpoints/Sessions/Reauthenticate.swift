import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func reauthenticate(_ services: Services) -> Endpoint {
    Endpoint(
      "reauthenticate", "POST", "/v1/sessions/reauthenticate", access: .frontEnds(.sessions, bearer: .session),
      secrets: [.password, .oneTimeCode], cost: .hash, body: .object(secrets: ["password", "code", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let password = try body.optionalSecret("password")
      let code = try body.optionalSecret("code")
      let source = try body.source(services.mint)
      try body.finish()
      var typed: OneTimeCode?
      if let code { typed = OneTimeCode(code) }
      let result = try await services.reauthentication.show(
        password: password, code: typed, origin: exchange.caller.origin(source), caller: exchange.caller)
      switch consume result {
      case .shown(let session, let account, let token):
        return .json(201) { json in
          json.key("session")
          json.session(session, of: account)
          json.token("token", token)
        }
      case .refused(let refusal): throw Refusal(refusal)
      case .nothingShown:
        throw Refusal(
          .invalidField, "is missing, and so is `code`, which an account with a second factor shows",
          pointer: "/password")
      }
    }
  }
}
