import AnteroomCore
import AnteroomServices

extension Endpoint {
  /// The JWK set (RFC 7517) that grants are checked with.
  static func keys(_ services: Services) -> Endpoint {
    Endpoint("keys", "GET", "/v1/keys", access: .anybody, secret: nil, cost: .memory, body: .none) { _ in
      .json(200) { json in
        json.array("keys", services.publicKeys) { json, key in
          json.object { json in
            json.member("kty", "EC")
            json.member("crv", "P-256")
            json.member("x", key.x)
            json.member("y", key.y)
            json.member("kid", key.kid)
            json.member("alg", "ES256")
            json.member("use", "sig")
          }
        }
      }
    }
  }

  /// One key as PEM, under the name that Prosody's key server protocol asks for.
  static func keyPEM(_ services: Services) -> Endpoint {
    Endpoint("keyPEM", "GET", "/v1/keys/{file}", access: .anybody, secret: nil, cost: .memory, body: .none) {
      exchange in
      let file = exchange.parameter("file")
      guard let key = services.publicKeys.first(where: { $0.kidDigest + ".pem" == file }) else {
        throw Refusal(.notFound, "There is no such key.")
      }
      return Reply(status: 200, contentType: "application/x-pem-file", body: Array(key.pem.utf8))
    }
  }
}
