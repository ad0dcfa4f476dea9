package import AnteroomCore

/// One public key of the JWK set (RFC 7517): P-256, for ES256.
package struct PublicKey: Sendable {
  package let kid: String
  /// base64url of the coordinates
  package let x: String
  package let y: String
  /// SubjectPublicKeyInfo as PEM
  package let pem: String
  /// SHA-256 of `kid`, in hex: the name under which key servers are asked
  package let kidDigest: String

  package init(kid: String, x: String, y: String, pem: String, kidDigest: String) {
    self.kid = kid
    self.x = x
    self.y = y
    self.pem = pem
    self.kidDigest = kidDigest
  }
}

/// Signs grants, and reads back only what it signed itself.
package protocol GrantSigning: Sendable {
  /// A compact JWS, `typ` `anteroom-grant+jwt`, `alg` ES256.
  func sign(_ claims: GrantClaims) -> String

  /// Nil unless the token is byte for byte one of ours: `alg`, `typ` and a `kid` that we hold, and the
  /// signature right. Times are not judged here.
  func verify(_ token: String) -> GrantClaims?

  var publicKeys: [PublicKey] { get }
}
