package import AnteroomServices
package import SecretMemory

/// Passwords by OpaqueString (RFC 8265, section 4.2). A password passes through wiped memory only.
package struct OpaqueStringPreparation: PasswordPreparation {
  /// The bounds of what is hashed, in code points and in bytes: asked before any work, so that length
  /// buys an attacker none, and again of the prepared text, which may be longer.
  package static let mostCodePoints = 256
  package static let mostBytes = 1024

  package init() {}

  package func prepare(_ typed: borrowing SecretBytes) throws(PasswordUnfit) -> Password {
    guard typed.count > 0 else { throw .empty }
    guard typed.count <= Self.mostBytes else { throw .tooLong }
    let codePoints = try typed.withBytes { bytes throws(PasswordUnfit) in
      guard Self.countOfCodePoints(bytes) <= Self.mostCodePoints else { throw .tooLong }
      guard let read = WipedCodePoints(utf8: bytes, limit: Self.mostCodePoints) else { throw .notAllowed }
      return read
    }
    guard StringClass.freeform.allows(codePoints) else { throw .notAllowed }
    guard let prepared = codePoints.withPlainSpaces().changed(.nfc), !prepared.isEmpty else { throw .notAllowed }
    // NFC leaves the class closed; asked again because a hash lasts for years and this costs nothing.
    guard StringClass.freeform.allows(prepared) else { throw .notAllowed }
    guard prepared.count <= Self.mostCodePoints, prepared.utf8Count <= Self.mostBytes else { throw .tooLong }
    return Password(prepared: prepared.utf8, codePoints: prepared.count)
  }

  /// Full case folding, so that "STRASSE" and "straße" are one: the comparison is meant to catch more.
  package func folded(_ password: borrowing Password) -> SecretBytes {
    let folded = password.bytes.withBytes { bytes in
      WipedCodePoints(utf8: bytes, limit: bytes.count)?.changed(.foldCase)?.utf8
    }
    // Without memory or tables the password stands for itself: compared as typed, never let pass unseen.
    return if let folded { folded } else { password.bytes.copy() }
  }

  private static func countOfCodePoints(_ bytes: Span<UInt8>) -> Int {
    var count = 0
    for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { count += 1 }
    return count
  }
}
