import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func enrolTOTP(_ services: Services) -> Endpoint {
    Endpoint(
      "enrolTOTP", "POST", "/v1/accounts/me/totp", access: .frontEnds(.sessions, bearer: .session), secret: .password,
      cost: .hash, body: .object(secrets: ["password", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let password = try body.optionalSecret("password")
      let source = try body.source(services.mint)
      try body.finish()
      let result = try await services.enrolment.enrol(
        password: password, origin: exchange.caller.origin(source), caller: exchange.caller)
      switch consume result {
      case .enrolled(let secret, let uri):
        return .json(201) { json in
          secret.withBytes { json.member("secret", utf8: $0) }
          uri.withBytes { json.member("otpauth_uri", utf8: $0) }
        }
      case .refused(let refusal): throw Refusal(refusal)
      case .conflict:
        throw Refusal(
          .stateConflict, "The account's second factor is disabled. A recovery code opens it, or an operator.")
      }
    }
  }

  static func confirmTOTP(_ services: Services) -> Endpoint {
    Endpoint(
      "confirmTOTP", "POST", "/v1/accounts/me/totp/confirm", access: .frontEnds(.sessions, bearer: .session),
      secret: .oneTimeCode, cost: .write, body: .object(secrets: ["code", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let code = try body.secret("code")
      let source = try body.source(services.mint)
      try body.finish()
      let result = try await services.enrolment.confirm(
        code: OneTimeCode(code), origin: exchange.caller.origin(source), caller: exchange.caller)
      switch consume result {
      case .confirmed(let recoveryCodes, let started):
        return .json(200) { json in
          json.array("recovery_codes", recoveryCodes) { $0.value($1) }
          json.started(started)
        }
      case .refused(let refusal): throw Refusal(refusal)
      case .conflict: throw Refusal(.stateConflict, "There is no enrolment to confirm.")
      }
    }
  }
}
