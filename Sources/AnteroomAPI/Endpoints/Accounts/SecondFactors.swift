import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func removeTOTP(_ services: Services) -> Endpoint {
    Endpoint(
      "removeTOTP", "DELETE", "/v1/accounts/me/totp", access: .frontEnds(.sessions, bearer: .session),
      secrets: [.password, .oneTimeCode], cost: .hash, body: .object(secrets: ["password", "code", "known_device"])
    ) { exchange in
      let shown = try exchange.bothFactors(services.mint)
      let origin = exchange.caller.origin(shown.source)
      let refusal = try await services.factors.remove(
        password: shown.password, code: shown.code, origin: origin, caller: exchange.caller)
      if let refusal { throw Refusal(refusal) }
      return .noContent
    }
  }

  static func replaceRecoveryCodes(_ services: Services) -> Endpoint {
    Endpoint(
      "replaceRecoveryCodes", "POST", "/v1/accounts/me/recovery-codes",
      access: .frontEnds(.sessions, bearer: .session), secrets: [.password, .oneTimeCode], cost: .hash,
      body: .object(secrets: ["password", "code", "known_device"])
    ) { exchange in
      let shown = try exchange.bothFactors(services.mint)
      let origin = exchange.caller.origin(shown.source)
      let result = try await services.factors.replaceRecoveryCodes(
        password: shown.password, code: shown.code, origin: origin, caller: exchange.caller)
      switch result {
      case .replaced(let codes): return .json(200) { $0.array("recovery_codes", codes) { $0.value($1) } }
      case .refused(let refusal): throw Refusal(refusal)
      }
    }
  }

  static func resetTOTP(_ services: Services) -> Endpoint {
    Endpoint(
      "resetTOTP", "DELETE", "/v1/accounts/{account}/totp", access: .operators, secret: nil, cost: .write, body: .none
    ) { exchange in
      switch try await services.factors.reset(try exchange.accountID("account"), caller: exchange.caller) {
      case .reset(let reset):
        return .json(200) { json in
          json.member("reset_code", reset.code)
          json.member("expires_at", reset.expiresAt)
        }
      case .notFound: throw Refusal(.notFound, "There is no such account.")
      case .conflict: throw Refusal(.stateConflict, "The account has no second factor.")
      }
    }
  }
}

private struct BothFactors: ~Copyable {
  /// Nil of whom an issuer's word alone lets in.
  let password: SecretBytes?
  let code: OneTimeCode
  let source: SourceMember
}

extension Exchange {
  fileprivate func bothFactors(_ mint: TokenMint) throws -> BothFactors {
    var body = try self.body()
    let password = try body.optionalSecret("password")
    let code = try body.secret("code")
    let source = try body.source(mint)
    try body.finish()
    return BothFactors(password: password, code: OneTimeCode(code), source: source)
  }
}

extension Refusal {
  fileprivate init(_ refusal: FactorRefusal) {
    switch refusal {
    case .credentials(let refusal): self.init(refusal)
    case .conflict: self.init(.stateConflict, "The account has no second factor.")
    case .passwordTooShort:
      self.init(
        .passwordTooShort,
        "Without a second factor a password has at least \(PasswordLength.alone) characters: set a longer one first.",
        pointer: "/password")
    }
  }
}
