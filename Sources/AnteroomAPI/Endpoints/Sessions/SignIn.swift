import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func signIn(_ services: Services) -> Endpoint {
    Endpoint(
      "signIn", "POST", "/v1/sessions", access: .frontEnds(.sessions, bearer: .none), secret: .password, cost: .hash,
      body: .object(secrets: ["password", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let username = try body.string("username")
      let password = try body.secret("password")
      let source = try body.source(services.mint)
      try body.finish()
      let result = try await services.signIn.signIn(
        SignInService.Attempt(
          username: username, password: password, origin: exchange.caller.origin(source),
          knownDevice: source.knownDevice, caller: exchange.caller))
      switch consume result {
      case .signedIn(let started): return .json(201) { $0.started(started) }
      case .secondFactor(let challenge): return .json(200) { $0.challenge(challenge) }
      case .refused: throw Refusal(.invalidCredentials)
      case .tooManyAttempts(let seconds): throw Refusal(.tooManyAttempts, retryAfter: seconds)
      case .busy(let seconds): throw Refusal(.busy, retryAfter: seconds)
      case .shuttingDown: throw Refusal(.shuttingDown, retryAfter: 1)
      }
    }
  }

  static func secondFactor(_ services: Services) -> Endpoint {
    Endpoint(
      "secondFactor", "POST", "/v1/sessions/second-factor", access: .frontEnds(.sessions, bearer: .none),
      secrets: [.oneTimeCode, .recoveryCode], cost: .write,
      body: .object(secrets: ["challenge", "code", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let challenge = try body.secret("challenge")
      guard let method = try body.optionalWord("method", SecondFactorMethod.self) else {
        throw Refusal(.invalidField, "is missing", pointer: "/method")
      }
      let code = try body.secret("code")
      let source = try body.source(services.mint)
      try body.finish()
      let proof = challenge.withBytes { services.mint.read($0) }
      let result = try await services.secondFactor.complete(
        challenge: proof, method: method, code: OneTimeCode(code), origin: exchange.caller.origin(source),
        knownDevice: source.knownDevice, caller: exchange.caller)
      switch consume result {
      case .signedIn(let started): return .json(201) { $0.started(started) }
      case .refused: throw Refusal(.invalidCredentials)
      }
    }
  }
}

extension JSONText {
  /// `session`, `token` and `known_device` of a session that has just begun.
  mutating func started(_ started: borrowing StartedSession) {
    key("session")
    session(started.session, of: started.account)
    token("token", started.token)
    switch started.knownDevice {
    case .some(let device): token("known_device", device)
    case .none: break
    }
  }

  /// What is to be completed with a second factor.
  mutating func challenge(_ started: borrowing StartedChallenge) {
    token("challenge", started.token)
    array("methods", started.methods) { $0.value($1.rawValue) }
    member("expires_at", started.expiresAt)
  }
}
