package import AnteroomCore

/// One public key of the JWK set (RFC 7517).
package struct PublicKey: Sendable {
  /// The key's own members, each base64url.
  package enum Form: Hashable, Sendable {
    /// For ES256: the coordinates (RFC 7518, section 6.2).
    case p256(x: String, y: String)
    /// For RS256: modulus and exponent (RFC 7518, section 6.3).
    case rsa(n: String, e: String)
  }

  package let kid: String
  package let form: Form
  /// SubjectPublicKeyInfo as PEM
  package let pem: String
  /// SHA-256 of `kid`, in hex: the name under which key servers are asked
  package let kidDigest: String

  package init(kid: String, form: Form, pem: String, kidDigest: String) {
    self.kid = kid
    self.form = form
    self.pem = pem
    self.kidDigest = kidDigest
  }

  package var algorithm: SigningAlgorithm {
    switch form {
    case .p256: .es256
    case .rsa: .rs256
    }
  }
}

/// Signs grants, each audience's in its dialect and under its key, and reads back only what it signed itself.
package protocol GrantSigning: Sendable {
  /// A compact JWS under the key that signs now; nil where the audience is not configured.
  func sign(_ claims: GrantClaims, at now: Instant) -> String?

  /// Nil unless the token is byte for byte one of ours: `alg`, `typ` and a `kid` that we hold at this time, the
  /// signature right, and every claim as we write it for that audience. The token's own times are not judged.
  func verify(_ token: String, at now: Instant) -> GrantClaims?

  /// All that a token could be signed with, the ones that sign first.
  func publicKeys(at now: Instant) -> [PublicKey]
}

/// How TURN servers are reached for a while (coturn's `use-auth-secret`).
package struct TurnCredential: Hashable, Sendable {
  package let uris: [String]
  package let username: String
  package let credential: String
  package let expiresAt: Instant

  package init(uris: [String], username: String, credential: String, expiresAt: Instant) {
    self.uris = uris
    self.username = username
    self.credential = credential
    self.expiresAt = expiresAt
  }
}

package protocol TurnSigning: Sendable {
  /// Nil where no TURN server is configured.
  func credential(for join: JoinID, at now: Instant) -> TurnCredential?
}
