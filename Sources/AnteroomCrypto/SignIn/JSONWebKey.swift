/// A public key as a set of them has it (RFC 7517, section 4): texts, not judged yet.
package struct JSONWebKey: Hashable, Sendable {
  /// `kty`
  package var type: String
  package var keyID: String?
  package var algorithm: String?
  package var use: String?
  /// `key_ops`
  package var operations: [String]?
  /// `crv`
  package var curve: String?
  package var x: String?
  package var y: String?
  package var n: String?
  package var e: String?
  /// Whether a private part, or a shared secret, lies beside it.
  package var holdsSecret: Bool

  package init(
    type: String, keyID: String? = nil, algorithm: String? = nil, use: String? = nil, operations: [String]? = nil,
    curve: String? = nil, x: String? = nil, y: String? = nil, n: String? = nil, e: String? = nil,
    holdsSecret: Bool = false
  ) {
    self.type = type
    self.keyID = keyID
    self.algorithm = algorithm
    self.use = use
    self.operations = operations
    self.curve = curve
    self.x = x
    self.y = y
    self.n = n
    self.e = e
    self.holdsSecret = holdsSecret
  }
}

/// The algorithms that an issuer may sign with; there is no `none` here, and nothing whose key both sides have.
enum IdentityAlgorithm: String, Sendable, CaseIterable {
  case es256 = "ES256"
  case es384 = "ES384"
  case rs256 = "RS256"
  case ps256 = "PS256"
  case edDSA = "EdDSA"
}
