import CUnicodeText

/// The Bidi Rule (RFC 5893, section 2), asked only of text with a right-to-left code point, as RFC 8265
/// (section 3.3) has it. Without the rule two names could be shown alike with their parts swapped.
enum BidiRule {
  static func allows(_ text: borrowing WipedCodePoints) -> Bool {
    var seen: BidiClass = []
    for index in 0..<text.count { seen.formUnion(BidiClass(of: text[index])) }
    guard !seen.isDisjoint(with: [.r, .al, .an]) else { return true }
    // A text that begins left-to-right (condition 5) may hold none of those: only the other half is left.
    let isOfKnownClasses = !containsUnknown(text)
    let startsRightToLeft = !BidiClass(of: text[0]).isDisjoint(with: [.r, .al])
    let hasOneKindOfDigits = !seen.isSuperset(of: [.en, .an])
    return isOfKnownClasses && startsRightToLeft && !seen.contains(.l) && hasOneKindOfDigits && endsWell(text)
  }

  /// Condition 2: the explicit formatting classes and separators are in no list.
  private static func containsUnknown(_ text: borrowing WipedCodePoints) -> Bool {
    for index in 0..<text.count where BidiClass(of: text[index]).isEmpty { return true }
    return false
  }

  /// Condition 3.
  private static func endsWell(_ text: borrowing WipedCodePoints) -> Bool {
    var last = text.count - 1
    while last > 0, BidiClass(of: text[last]) == .nsm { last -= 1 }
    return !BidiClass(of: text[last]).isDisjoint(with: [.r, .al, .en, .an])
  }
}

private struct BidiClass: OptionSet {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(of codePoint: UInt32) { rawValue = anteroom_unicode_bidi(codePoint) }

  static let l = Self(rawValue: UInt32(ANTEROOM_BIDI_L))
  static let r = Self(rawValue: UInt32(ANTEROOM_BIDI_R))
  static let al = Self(rawValue: UInt32(ANTEROOM_BIDI_AL))
  static let an = Self(rawValue: UInt32(ANTEROOM_BIDI_AN))
  static let en = Self(rawValue: UInt32(ANTEROOM_BIDI_EN))
  static let nsm = Self(rawValue: UInt32(ANTEROOM_BIDI_NSM))
}
