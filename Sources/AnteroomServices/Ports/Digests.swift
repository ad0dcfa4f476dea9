package import AnteroomCore
package import SecretMemory

/// What a keyed digest is for. Each purpose has a key of its own, derived from the root key, so that
/// a digest made for one says nothing in another.
package enum DigestPurpose: String, Sendable, CaseIterable {
  case username
  case source
  case passcode
  case idempotency
  case budget
  case setupCode
  case recoveryCode
  /// Who somebody is to an issuer, and its tokens.
  case identity
  /// What is kept of somebody who was erased.
  case erasure
  /// What an account was imported from.
  case importMark
}

/// Digests under keys that are not in the database, and the plain ones of random tokens.
package protocol Digests: Sendable {
  /// SHA-256. Only for values with enough randomness of their own: tokens and tickets.
  func sha256(_ bytes: Span<UInt8>) -> Digest

  /// HMAC-SHA-256 under the purpose's key. `context` is bound in front of the value with its length,
  /// so that equal values in different contexts (two meetings' passcodes) have different digests.
  func keyed(_ purpose: DigestPurpose, context: String, _ value: Span<UInt8>) -> Digest
}

/// Authenticated encryption at rest (AES-256-GCM) under a key derived from the root key.
package protocol Sealing: Sendable {
  /// `context` is associated data: what is opened under another context does not open.
  func seal(_ secret: borrowing SecretBytes, context: String) -> [UInt8]

  /// Nil when the box, the key or the context is not the one it was sealed with.
  func open(_ sealed: [UInt8], context: String) -> SecretBytes?
}
