import AnteroomCore
import AnteroomServices

extension Endpoint {
  /// The JWK set (RFC 7517) that grants are checked with.
  static func keys(_ services: Services) -> Endpoint {
    Endpoint("keys", "GET", "/v1/keys", access: .anybody, secret: nil, cost: .memory, body: .none) { _ in
      .json(200) { json in json.array("keys", services.keys.published()) { $0.publicKey($1) } }
    }
  }

  /// One key as PEM, under the name that Prosody's key server protocol asks for.
  static func keyPEM(_ services: Services) -> Endpoint {
    Endpoint("keyPEM", "GET", "/v1/keys/{file}", access: .anybody, secret: nil, cost: .memory, body: .none) {
      exchange in
      let file = exchange.parameter("file")
      guard let key = services.keys.published().first(where: { $0.kidDigest + ".pem" == file }) else {
        throw Refusal(.notFound, "There is no such key.")
      }
      return Reply(status: 200, contentType: "application/x-pem-file", body: Array(key.pem.utf8))
    }
  }

  static func rotateKeys(_ services: Services) -> Endpoint {
    Endpoint(
      "rotateKeys", "POST", "/v1/keys/rotate", access: .operators, secret: nil, cost: .keys,
      body: .optionalObject(secrets: [])
    ) { exchange in
      var body = try exchange.body()
      let audience = try body.optionalString("audience", limit: 64)
      let seconds = try body.optionalInteger("signs_in", in: 0...KeySuccession.longestLead)
      let kind = try body.optionalWord("key", RotatedKey.self) ?? .grants
      try body.finish()
      switch kind {
      case .grants: break
      case .pepper:
        if audience != nil { throw Refusal(.invalidField, "does not go with the pepper", pointer: "/audience") }
        if seconds != nil { throw Refusal(.invalidField, "does not go with the pepper", pointer: "/signs_in") }
        return try await rotatePepper(services, exchange.caller)
      }
      switch try await services.keys.rotate(audience: audience, signsIn: seconds ?? 0, caller: exchange.caller) {
      case .rotated(let keys, let skipped):
        return .json(200) { json in
          json.array("keys", keys) { $0.signingKey($1) }
          json.array("skipped", skipped) { json, skipped in
            json.object { json in
              json.member("audience", skipped.audience)
              json.member("reason", skipped.reason)
            }
          }
        }
      case .unknownAudience: throw Refusal(.notFound, "There is no such audience.")
      case .given(let file):
        throw Refusal(
          .stateConflict,
          "The key is the operator's own: put another into \(file), or name another file as key_file, and reload the "
            + "configuration (systemctl reload anteroomd). The key of before is read for an hour.")
      case .nothing:
        throw Refusal(
          .stateConflict,
          "No audience has a key pair of the daemon's own. A shared secret is changed by naming its audience.")
      case .tooMany: throw Refusal(.stateConflict, "As many old keys are still read as may be. Wait for an hour.")
      case .underWay: throw Refusal(.stateConflict, "Another rotation is under way.")
      }
    }
  }
}

extension Endpoint {
  /// What `key` names; the keys of grants where it is missing.
  private enum RotatedKey: String, CaseIterable { case grants, pepper }

  private static func rotatePepper(_ services: Services, _ caller: Caller) async throws -> Reply {
    switch try await services.keys.rotatePepper(caller) {
    case .rotated(let pepper):
      return .json(200) { json in
        json.array("keys", [Int]()) { $0.value($1) }
        json.array("skipped", [Int]()) { $0.value($1) }
        json.key("pepper")
        json.pepper(pepper, passwords: 0)
      }
    case .tooMany:
      throw Refusal(.stateConflict, "The pepper has been rotated as often as it can be under one root key.")
    case .underWay: throw Refusal(.stateConflict, "Another rotation is under way.")
    }
  }
}

extension JSONText {
  /// A pepper as operators see it.
  mutating func pepper(_ pepper: PepperFact, passwords: Int) {
    object { json in
      json.member("id", pepper.id)
      json.member("generation", pepper.generation)
      json.member("state", pepper.isCurrent ? "current" : "retiring")
      json.member("passwords", passwords)
    }
  }

  fileprivate mutating func publicKey(_ key: PublicKey) {
    object { json in
      switch key.form {
      case .p256(let x, let y):
        json.member("kty", "EC")
        json.member("crv", "P-256")
        json.member("x", x)
        json.member("y", y)
      case .rsa(let n, let e):
        json.member("kty", "RSA")
        json.member("n", n)
        json.member("e", e)
      }
      json.member("kid", key.kid)
      json.member("alg", key.algorithm.rawValue)
      json.member("use", "sig")
    }
  }

  /// A signing key as operators see it.
  mutating func signingKey(_ key: SigningKeyFact) {
    object { json in
      json.member("kid", key.kid)
      json.member("alg", key.algorithm.rawValue)
      json.array("audiences", key.audiences) { $0.value($1) }
      json.member("dialect", key.dialect.rawValue)
      json.member("state", key.state.rawValue)
      if let time = key.signsFrom { json.member("signs_from", time) }
      if let time = key.endsAt { json.member("ends_at", time) }
      if let file = key.file { json.member("file", file) }
      if let name = key.published { json.member("public", "/v1/keys/" + name) }
    }
  }
}
