package import SecretMemory

/// Why a typed password cannot be one, before anything is compared.
package enum PasswordUnfit: Error, Sendable {
  /// More than 256 code points or 1,024 bytes.
  case tooLong
  case empty
  /// Not UTF-8, or with a character that OpaqueString does not allow.
  case notAllowed
}

/// Prepares passwords by OpaqueString (RFC 8265, section 4.2): spaces become U+0020, then NFC; letter
/// case stays.
package protocol PasswordPreparation: Sendable {
  func prepare(_ typed: borrowing SecretBytes) throws(PasswordUnfit) -> Password

  /// Simple case folding of prepared text, for the blocklist's comparison.
  func folded(_ password: borrowing Password) -> SecretBytes
}
