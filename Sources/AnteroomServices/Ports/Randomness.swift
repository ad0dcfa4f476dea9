package import SecretMemory

/// Where chance comes in: the kernel's generator in the daemon, a seeded one in a test.
package protocol Randomness: Sendable {
  /// `count` random bytes that are no secret (identifiers, nonces, salts).
  func bytes(_ count: Int) -> [UInt8]

  /// `count` random bytes that are one.
  func secret(_ count: Int) -> SecretBytes
}
