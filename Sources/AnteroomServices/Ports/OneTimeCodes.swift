package import AnteroomCore
package import SecretMemory

/// TOTP (RFC 6238) as Anteroom uses it: SHA-1, 6 digits, 30 seconds, 160-bit secrets.
package protocol OneTimeCodes: Sendable {
  /// The absolute time step whose code this is, within one step of `now`; nil when it is none of the
  /// three. Says nothing about whether the step was used before: that is the store's to know.
  func matchedStep(
    of code: borrowing OneTimeCode, secret: borrowing SecretBytes, at now: Instant
  ) -> Int64?

  /// The secret in RFC 4648 base32 without padding, as authenticator apps take it.
  func base32(_ secret: borrowing SecretBytes) -> SecretBytes
}
