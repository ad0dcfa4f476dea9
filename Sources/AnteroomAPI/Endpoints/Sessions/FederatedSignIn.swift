import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func federatedSignIn(_ services: Services) -> Endpoint {
    Endpoint(
      "federatedSignIn", "POST", "/v1/sessions/federated", access: .frontEnds(.sessions, bearer: .none),
      secret: .identity, cost: .write, body: .object(secrets: ["id_token", "known_device"])
    ) { exchange in
      var body = try exchange.body()
      let shown = try body.secret("id_token")
      let source = try body.source(services.mint)
      try body.finish()
      let token = shown.withBytes { IdentityTokenReader.read($0) }
      let result = try await services.federated.signIn(
        token, origin: exchange.caller.origin(source), knownDevice: source.knownDevice, caller: exchange.caller)
      switch consume result {
      case .signedIn(let started): return .json(201) { $0.started(started) }
      case .secondFactor(let challenge): return .json(200) { $0.challenge(challenge) }
      case .refused: throw Refusal(.invalidCredentials)
      case .usernameTaken:
        throw Refusal(
          .usernameTaken, "The issuer's name for this person is somebody else's here; an operator can bind an account.")
      case .usernameNotAllowed:
        throw Refusal(
          .usernameNotAllowed, "The issuer's name for this person is no username; an operator can bind an account.")
      }
    }
  }
}
