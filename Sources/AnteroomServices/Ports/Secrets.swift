package import SecretMemory

/// An account's secret as it is compared: OpaqueString-prepared UTF-8 (RFC 8265, section 4).
package struct Password: ~Copyable, Sendable {
  package let bytes: SecretBytes
  /// Counted in code points after preparation: what the length rule counts (NIST SP 800-63B-4, 3.1.1.2).
  package let codePoints: Int

  package init(prepared bytes: consuming SecretBytes, codePoints: Int) {
    self.bytes = bytes
    self.codePoints = codePoints
  }
}

/// A meeting's shared secret as the joiner typed it.
package struct Passcode: ~Copyable, Sendable {
  package let bytes: SecretBytes
  package init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
}

/// Six digits of TOTP, a recovery code, or a setup code, as typed.
package struct OneTimeCode: ~Copyable, Sendable {
  package let bytes: SecretBytes
  package init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
}

/// An opaque token as it is given out, once: `<prefix><26 characters of id>_<43 characters of secret>`.
/// The id finds the row, so that no lookup depends on the secret; the secret is compared as a digest.
package struct BearerToken: ~Copyable, Sendable {
  package let text: SecretBytes
  package init(_ text: consuming SecretBytes) { self.text = text }
}
