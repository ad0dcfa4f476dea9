import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func redeemPasswordReset(_ services: Services) -> Endpoint {
    Endpoint(
      "redeemPasswordReset", "POST", "/v1/password-resets", access: .frontEnds(.sessions, bearer: .none),
      secret: .setupCode, cost: .hash, body: .object(secrets: ["reset_code", "new_password", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let username = try body.string("username")
      let code = try body.secret("reset_code")
      let password = try body.secret("new_password")
      let source = try body.source(services.mint)
      try body.finish()
      let result = try await services.resets.redeem(
        username: username, code: OneTimeCode(code), newPassword: password, origin: exchange.caller.origin(source),
        knownDevice: source.knownDevice, caller: exchange.caller)
      switch consume result {
      case .done(let device): return .json(200) { $0.token("known_device", device) }
      case .refused: throw Refusal(.invalidCredentials)
      case .objection(let objection): throw Refusal(objection, pointer: "/new_password")
      case .tooManyAttempts(let seconds): throw Refusal(.tooManyAttempts, retryAfter: seconds)
      case .busy(let seconds): throw Refusal(.busy, retryAfter: seconds)
      case .shuttingDown: throw Refusal(.shuttingDown, retryAfter: 1)
      }
    }
  }
}
