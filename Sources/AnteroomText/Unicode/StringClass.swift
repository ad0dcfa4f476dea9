/// The two string classes of PRECIS (RFC 8264, section 4).
enum StringClass {
  case identifier, freeform

  /// Every code point is valid, or is so where it stands. Unassigned code points are refused: what they
  /// come to mean could change whom a name names.
  func allows(_ text: borrowing WipedCodePoints) -> Bool {
    for index in 0..<text.count {
      switch DerivedProperty(of: text[index]) {
      case .valid: continue
      case .validFreeform: if self == .identifier { return false }
      case .contextual: if !ContextRules.allow(text, at: index) { return false }
      case .disallowed, .unassigned: return false
      }
    }
    return true
  }
}

/// What RFC 8264 derives for a code point (section 8). CONTEXTJ and CONTEXTO are one case here: the
/// rule is found by the code point.
enum DerivedProperty {
  case valid, validFreeform, contextual, disallowed, unassigned

  /// Section 8's list, in its order, which matters: the first line that applies decides. The set
  /// BackwardCompatible is empty.
  init(of codePoint: UInt32) {
    if let exception = Self.exception(codePoint) {
      self = exception
      return
    }
    let facts = UnicodeFacts(of: codePoint)
    if facts.contains(.unassigned) {
      self = .unassigned
    } else if (0x21...0x7E).contains(codePoint) {
      self = .valid
    } else if facts.contains(.joinControl) {
      self = .contextual
    } else if !facts.isDisjoint(with: [.oldHangulJamo, .ignorable, .control]) {
      self = .disallowed
    } else if facts.contains(.compatibility) {
      self = .validFreeform
    } else if facts.contains(.letterDigit) {
      self = .valid
    } else if !facts.isDisjoint(with: [.otherLetterDigit, .space, .symbol, .punctuation]) {
      self = .validFreeform
    } else {
      self = .disallowed
    }
  }

  /// Section 9.6.
  private static func exception(_ codePoint: UInt32) -> DerivedProperty? {
    switch codePoint {
    case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: .valid
    case 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB, 0x0660...0x0669, 0x06F0...0x06F9: .contextual
    case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: .disallowed
    default: nil
    }
  }
}
