import CUnicodeText

/// What the Unicode tables say about a code point where names are compared for likeness.
struct LikenessFacts: OptionSet {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(of codePoint: UInt32) { rawValue = anteroom_likeness_facts(codePoint) }

  static let letter = Self(ANTEROOM_LIKE_LETTER)
  static let modifier = Self(ANTEROOM_LIKE_MODIFIER)
  static let sign = Self(ANTEROOM_LIKE_SIGN)
  /// One that is a letter in its script.
  static let mark = Self(ANTEROOM_LIKE_MARK)
  static let diacritic = Self(ANTEROOM_LIKE_DIACRITIC)
  static let point = Self(ANTEROOM_LIKE_POINT)
  static let unseen = Self(ANTEROOM_LIKE_UNSEEN)
  static let rightToLeft = Self(ANTEROOM_LIKE_RIGHT_TO_LEFT)
  static let leftToRight = Self(ANTEROOM_LIKE_LEFT_TO_RIGHT)
  // Made once: a set made of a literal where it is asked costs more than the question.
  static let anyMark: Self = [.mark, .diacritic, .point]
  static let anyLetter: Self = [.letter, .modifier]
  static let modifierOrSign: Self = [.modifier, .sign]
  static let compared: Self = [.letter, .modifier, .mark, .diacritic]

  private init(_ bit: some BinaryInteger) { rawValue = UInt32(bit) }

  /// 0 to 9, of any script.
  static func digit(_ codePoint: UInt32) -> UInt32? { UInt32(exactly: anteroom_likeness_digit(codePoint)) }

  /// The UTS 39 skeleton of the one code point, code point by code point; itself where the tables fail.
  static func eachOfPrototype(_ codePoint: UInt32, _ take: (UInt32) -> Void) {
    let room = Int(ANTEROOM_LONGEST_PROTOTYPE)
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: room) { buffer in
      unsafe buffer.initialize(repeating: 0)
      guard let base = buffer.baseAddress else { return take(codePoint) }
      let count = unsafe anteroom_likeness_prototype(codePoint, base)
      guard count >= 0 else { return take(codePoint) }
      for index in 0..<Int(count) { unsafe take(buffer[index]) }
    }
  }
}
