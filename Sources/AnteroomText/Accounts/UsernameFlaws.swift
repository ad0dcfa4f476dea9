package import AnteroomCore
import CUnicodeText

extension PRECISProfiles {
  /// By the tables and classes that refused it. A sign that cannot be seen is named before one that can: whoever typed
  /// the name sees no reason in it.
  package func usernameFlaw(_ text: String) -> Username.Invalid {
    let typed = WipedCodePoints(text)
    if typed.isEmpty { return .empty }
    var wide = WipedCodePoints(capacity: typed.count)
    for index in 0..<typed.count { wide.append(anteroom_unicode_width_mapped(typed[index])) }
    return Self.unseen(wide) ?? Self.seen(wide) ?? Self.standing(wide)
  }

  private static func unseen(_ text: borrowing WipedCodePoints) -> Username.Invalid? {
    for index in 0..<text.count {
      let facts = UnicodeFacts(of: text[index])
      // Unassigned code points may be ignorable by their block alone.
      if facts.contains(.unassigned) { return .unassigned }
      if !facts.isDisjoint(with: [.control, .ignorable, .joinControl]) { return .control }
    }
    return nil
  }

  private static func seen(_ text: borrowing WipedCodePoints) -> Username.Invalid? {
    for index in 0..<text.count {
      switch DerivedProperty(of: text[index]) {
      case .valid, .contextual: continue
      case .validFreeform, .disallowed: return UnicodeFacts(of: text[index]).contains(.space) ? .space : .symbol
      case .unassigned: return .unassigned
      }
    }
    return nil
  }

  /// Of a text whose every character is allowed somewhere.
  private static func standing(_ text: borrowing WipedCodePoints) -> Username.Invalid {
    guard StringClass.identifier.allows(text), !UnicodeFacts(of: text[0]).contains(.mark) else { return .place }
    guard let lower = text.changed(.lowerCase), let prepared = lower.changed(.nfc), !prepared.isEmpty else {
      return .symbol
    }
    guard StringClass.identifier.allows(prepared) else { return .symbol }
    return BidiRule.allows(prepared) ? .symbol : .direction
  }
}
