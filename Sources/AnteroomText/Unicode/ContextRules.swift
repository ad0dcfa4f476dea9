/// Where a contextual code point may stand (RFC 5892, appendix A).
enum ContextRules {
  static func allow(_ text: borrowing WipedCodePoints, at index: Int) -> Bool {
    switch text[index] {
    case 0x200C: follows(text, index, .virama) || isBetweenJoining(text, index)
    case 0x200D: follows(text, index, .virama)
    case 0x00B7: isBetweenSmallLs(text, index)
    case 0x0375: index + 1 < text.count && UnicodeFacts(of: text[index + 1]).contains(.greek)
    case 0x05F3, 0x05F4: follows(text, index, .hebrew)
    case 0x30FB: contains(text) { UnicodeFacts(of: $0).contains(.kanaOrHan) }
    // The two rows of digits look alike in part: never both.
    case 0x0660...0x0669: !contains(text) { (0x06F0...0x06F9).contains($0) }
    case 0x06F0...0x06F9: !contains(text) { (0x0660...0x0669).contains($0) }
    default: false
    }
  }

  private static func follows(_ text: borrowing WipedCodePoints, _ index: Int, _ fact: UnicodeFacts) -> Bool {
    index > 0 && UnicodeFacts(of: text[index - 1]).contains(fact)
  }

  private static func isBetweenSmallLs(_ text: borrowing WipedCodePoints, _ index: Int) -> Bool {
    let smallL: UInt32 = 0x6C
    return index > 0 && index + 1 < text.count && text[index - 1] == smallL && text[index + 1] == smallL
  }

  private static func isBetweenJoining(_ text: borrowing WipedCodePoints, _ index: Int) -> Bool {
    var before = index - 1
    while before >= 0, UnicodeFacts(of: text[before]).contains(.joinTransparent) { before -= 1 }
    var after = index + 1
    while after < text.count, UnicodeFacts(of: text[after]).contains(.joinTransparent) { after += 1 }
    guard before >= 0, after < text.count else { return false }
    return UnicodeFacts(of: text[before]).contains(.joinsLeft) && UnicodeFacts(of: text[after]).contains(.joinsRight)
  }

  private static func contains(_ text: borrowing WipedCodePoints, where holds: (UInt32) -> Bool) -> Bool {
    for index in 0..<text.count where holds(text[index]) { return true }
    return false
  }
}
