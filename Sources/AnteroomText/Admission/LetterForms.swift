/// Letters in other clothes that neither NFKC nor the confusables undress.
enum LetterForms {
  /// The ASCII letter that people read, or the code point itself.
  static func plain(_ codePoint: UInt32) -> UInt32 {
    switch codePoint {
    // Negative circled, negative squared, regional indicators: the alphabet in a row each.
    case 0x1F150...0x1F169: 0x61 + codePoint - 0x1F150
    case 0x1F170...0x1F189: 0x61 + codePoint - 0x1F170
    case 0x1F1E6...0x1F1FF: 0x61 + codePoint - 0x1F1E6
    case 0x0138...0xA730: smallCapital(codePoint) ?? codePoint
    default: codePoint
    }
  }

  /// The letters whose small capital is a code point; also what the confusables make of small Cyrillic ones.
  private static func smallCapital(_ codePoint: UInt32) -> UInt32? {
    let letter: Unicode.Scalar
    switch codePoint {
    case 0x1D00: letter = "a"
    case 0x0299: letter = "b"
    case 0x1D05: letter = "d"
    case 0x1D07: letter = "e"
    case 0xA730: letter = "f"
    case 0x0262: letter = "g"
    case 0x029C: letter = "h"
    case 0x1D0A: letter = "j"
    case 0x1D0B, 0x0138: letter = "k"
    case 0x029F: letter = "l"
    case 0x1D0D: letter = "m"
    case 0x0274: letter = "n"
    case 0x1D18: letter = "p"
    case 0x0280: letter = "r"
    case 0x1D1B: letter = "t"
    case 0x1D1C: letter = "u"
    case 0x028F: letter = "y"
    default: return nil
    }
    return letter.value
  }
}
