import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func changePassword(_ services: Services) -> Endpoint {
    Endpoint(
      "changePassword", "PUT", "/v1/accounts/{account}/password", access: .frontEnds(.sessions, bearer: .session),
      secret: .password, cost: .hash, body: .object(secrets: ["current_password", "new_password", "known_device"])
    ) { exchange in
      guard !exchange.caller.actsAsOperator else {
        throw Refusal(
          .permissionDenied, "An operator can start a reset, never choose a password: POST …/password-reset does.")
      }
      _ = try await services.accountID(exchange)
      var body = try exchange.body()
      let current = try body.secret("current_password")
      let new = try body.secret("new_password")
      let source = try body.source(services.mint)
      try body.finish()
      let result = try await services.passwordChange.change(
        current: current, new: new, ifVersion: exchange.ifMatch(), origin: exchange.caller.origin(source),
        caller: exchange.caller)
      switch result {
      case .changed: return .noContent
      case .objection(let objection): throw Refusal(objection, pointer: "/new_password")
      case .stale: throw Refusal(.stale)
      case .refused(let refusal): throw Refusal(refusal)
      }
    }
  }
}
