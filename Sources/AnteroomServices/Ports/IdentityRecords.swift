package import AnteroomCore

/// A token as somebody showed it: read, and nothing of it believed.
package struct UnverifiedIdentityToken: Hashable, Sendable {
  /// `alg` of its header.
  package var algorithm: String
  /// `kid` of its header.
  package var keyID: String?
  /// What the signature is over (RFC 7515, section 5.1), as it came.
  package var signingInput: [UInt8]
  package var signature: [UInt8]
  package var claims: IdentityClaims

  package init(
    algorithm: String, keyID: String?, signingInput: [UInt8], signature: [UInt8], claims: IdentityClaims
  ) {
    self.algorithm = algorithm
    self.keyID = keyID
    self.signingInput = signingInput
    self.signature = signature
    self.claims = claims
  }
}

/// A token that an issuer of the configuration signed. Whether it is good here and now, its claims say.
package struct VerifiedIdentityToken: Hashable, Sendable {
  package let rule: IssuerRule
  package let claims: IdentityClaims
  package let signingInput: [UInt8]

  package init(rule: IssuerRule, claims: IdentityClaims, signingInput: [UInt8]) {
    self.rule = rule
    self.claims = claims
    self.signingInput = signingInput
  }
}

/// The issuers that are trusted, with their keys.
package protocol IdentityTokenVerification: Sendable {
  /// Nil unless a key of the issuer that the token names signed it, by an algorithm that is the key's own.
  func verify(_ token: UnverifiedIdentityToken) -> VerifiedIdentityToken?

  /// Nil where the configuration has none of that name.
  func issuer(named name: String) -> IssuerRule?
}

/// That an account is somebody to an issuer.
package struct Identity: Hashable, Sendable {
  package let issuer: String
  package let createdAt: Instant

  package init(issuer: String, createdAt: Instant) {
    self.issuer = issuer
    self.createdAt = createdAt
  }
}

package protocol IdentityReading {
  /// Who an issuer's `sub`, as a keyed digest, is here.
  func account(of subject: Digest, issuer: String) throws(StorageFault) -> AccountID?
  func identities(of account: AccountID) throws(StorageFault) -> [Identity]
}

package protocol IdentityWriting {
  /// False where it is bound already.
  func bind(_ subject: Digest, issuer: String, to account: AccountID) throws(StorageFault) -> Bool
  /// True where there was one.
  func unbind(issuer: String, from account: AccountID) throws(StorageFault) -> Bool
  /// True the first time for a token, by its keyed digest; kept until nobody would take it any more.
  func spendIdentityToken(_ digest: Digest, expiresAt: Instant) throws(StorageFault) -> Bool
}
