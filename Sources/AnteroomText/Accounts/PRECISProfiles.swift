package import AnteroomCore
import CUnicodeText

/// Names by their PRECIS profiles (RFC 8264, 8265, 8266), and narrower by what a name must not hide:
/// no controls, bidi controls, zero-width, private-use or unassigned code points, no join controls, and
/// no combining mark in front, which would change what is printed before the name.
package struct PRECISProfiles: TextProfiles {
  // Longer text is no name after any preparation, and putting thousands of combining marks in order is
  // work that a stranger should not be able to ask for.
  private static let mostBytes = 4096

  package init() {}

  /// Width mapping, IdentifierClass, lower case, NFC, IdentifierClass again, Bidi Rule. A text that would
  /// change once more is refused: it would name somebody else at its second use.
  package func usernameCaseMapped(_ text: String) -> String? {
    guard let typed = Self.codePoints(text), let once = Self.username(typed) else { return nil }
    guard let twice = Self.username(once), twice.isEqual(to: once) else { return nil }
    return once.text
  }

  /// Applied again up to three times, until nothing changes (RFC 8266, section 2.3); else refused.
  package func nickname(_ text: String) -> String? {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return Self.asciiNickname(text) }
    guard var current = Self.codePoints(text) else { return nil }
    for _ in 0..<4 {
      guard let next = Self.nickname(current) else { return nil }
      if next.isEqual(to: current) { return current.text }
      current = next
    }
    return nil
  }

  package func skeletons(of name: String) -> NameSkeletons { NameLooks.skeletons(of: name) }

  private static func codePoints(_ text: String) -> WipedCodePoints? {
    guard text.utf8.count <= mostBytes else { return nil }
    return WipedCodePoints(text)
  }

  private static func username(_ typed: borrowing WipedCodePoints) -> WipedCodePoints? {
    var wide = WipedCodePoints(capacity: typed.count)
    for index in 0..<typed.count { wide.append(anteroom_unicode_width_mapped(typed[index])) }
    guard StringClass.identifier.allows(wide), let lower = wide.changed(.lowerCase) else { return nil }
    guard let prepared = lower.changed(.nfc), !prepared.isEmpty else { return nil }
    guard StringClass.identifier.allows(prepared), isPlain(prepared) else { return nil }
    guard BidiRule.allows(prepared) else { return nil }
    return prepared
  }

  /// What the profile makes of printable ASCII, without the tables: all of it is allowed, NFKC leaves it
  /// as it is, and only spaces are trimmed and collapsed. Most names are this, and each join has one.
  private static func asciiNickname(_ text: String) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 where byte != 0x20 || (bytes.last ?? 0x20) != 0x20 { bytes.append(byte) }
    if bytes.last == 0x20 { bytes.removeLast() }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  private static func nickname(_ typed: borrowing WipedCodePoints) -> WipedCodePoints? {
    guard StringClass.freeform.allows(typed) else { return nil }
    guard let prepared = typed.withSpacesCollapsed().changed(.nfkc), !prepared.isEmpty else { return nil }
    guard StringClass.freeform.allows(prepared), isPlain(prepared), hasInk(prepared) else {
      return nil
    }
    return prepared
  }

  /// The classes let join controls stand where a script needs them; in a name they would be a difference
  /// that nobody sees.
  private static func isPlain(_ text: borrowing WipedCodePoints) -> Bool {
    guard !UnicodeFacts(of: text[0]).contains(.mark) else { return false }
    for index in 0..<text.count where UnicodeFacts(of: text[index]).contains(.joinControl) { return false }
    return true
  }

  /// Something to see: BRAILLE PATTERN BLANK is a symbol to the tables and nothing to the eye.
  private static func hasInk(_ text: borrowing WipedCodePoints) -> Bool {
    for index in 0..<text.count where text[index] != 0x2800 && text[index] != 0x20 { return true }
    return false
  }
}
