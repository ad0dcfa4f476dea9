import CUnicodeText

/// What the Unicode tables say about a code point, all from one table version, so that no rule is
/// decided half by one version and half by another.
struct UnicodeFacts: OptionSet {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(of codePoint: UInt32) { rawValue = anteroom_unicode_facts(codePoint) }

  static let letterDigit = Self(ANTEROOM_LETTER_DIGIT)
  static let otherLetterDigit = Self(ANTEROOM_OTHER_LETTER_DIGIT)
  static let space = Self(ANTEROOM_SPACE)
  static let symbol = Self(ANTEROOM_SYMBOL)
  static let punctuation = Self(ANTEROOM_PUNCTUATION)
  static let control = Self(ANTEROOM_CONTROL)
  static let unassigned = Self(ANTEROOM_UNASSIGNED)
  static let ignorable = Self(ANTEROOM_IGNORABLE)
  static let joinControl = Self(ANTEROOM_JOIN_CONTROL)
  static let oldHangulJamo = Self(ANTEROOM_OLD_HANGUL_JAMO)
  static let compatibility = Self(ANTEROOM_COMPATIBILITY)
  static let mark = Self(ANTEROOM_MARK)
  static let virama = Self(ANTEROOM_VIRAMA)
  static let joinsLeft = Self(ANTEROOM_JOINS_LEFT)
  static let joinsRight = Self(ANTEROOM_JOINS_RIGHT)
  static let joinTransparent = Self(ANTEROOM_JOIN_TRANSPARENT)
  static let greek = Self(ANTEROOM_GREEK)
  static let hebrew = Self(ANTEROOM_HEBREW)
  static let kanaOrHan = Self(ANTEROOM_KANA_OR_HAN)

  private init(_ bit: some BinaryInteger) { rawValue = UInt32(bit) }
}
