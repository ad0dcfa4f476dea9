/// A word and what people make of it when the word alone is refused.
enum WordVariants {
  /// The text is nothing but words of the list (line feeds between them), each forwards or backwards or in
  /// look-alike digits, at least one of them, the last perhaps cut short, with digits, punctuation and
  /// spaces around: "juliet2024!", "teilujjuliet", "anteroomanteroo", "p@ssw0rd-123456789".
  static func isMade(_ text: Span<UInt8>, from words: Span<UInt8>) -> Bool {
    var position = 0
    var hits = 0
    var filler = Filler()
    while position < text.count {
      switch longestMatch(in: text, at: position, of: words) {
      case 0 where !Filler.isFiller(text[position]):
        guard hits > 0, filler.isNegligible(endingAt: position, in: text) else { return false }
        position += longestBeginning(in: text, at: position, of: words)
        for rest in position..<text.count where !Filler.isFiller(text[rest]) { return false }
        if position < text.count { filler.extend(from: position) }
        return filler.isNegligible(endingAt: text.count, in: text)
      case 0: filler.extend(from: position)
      case let length:
        guard filler.isNegligible(endingAt: position, in: text) else { return false }
        hits += 1
        position += length - 1
      }
      position += 1
    }
    return hits > 0 && filler.isNegligible(endingAt: text.count, in: text)
  }

  private static func longestMatch(in text: Span<UInt8>, at position: Int, of words: Span<UInt8>) -> Int {
    var longest = 0
    forEachWord(in: words) { word in
      guard word.count > longest, word.count >= 3, position + word.count <= text.count else { return }
      let here = text.extracting(position..<position + word.count)
      if isSame(here, word, backwards: false) || isSame(here, word, backwards: true) { longest = word.count }
    }
    return longest
  }

  private static func longestBeginning(in text: Span<UInt8>, at position: Int, of words: Span<UInt8>) -> Int {
    var longest = 0
    forEachWord(in: words) { word in
      var length = 0
      while length < word.count, position + length < text.count, isLike(text[position + length], word[length]) {
        length += 1
      }
      longest = max(longest, length)
    }
    return longest
  }

  static func forEachWord(in words: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    var start = 0
    for index in 0...words.count where index == words.count || words[index] == 0x0A || words[index] == 0x20 {
      if index > start { body(words.extracting(start..<index)) }
      start = index + 1
    }
  }

  private static func isSame(_ text: Span<UInt8>, _ word: Span<UInt8>, backwards: Bool) -> Bool {
    for index in text.indices {
      guard isLike(text[index], word[backwards ? word.count - 1 - index : index]) else { return false }
    }
    return true
  }

  /// Equal, or the digit or sign that people put for the letter.
  private static func isLike(_ typed: UInt8, _ letter: UInt8) -> Bool {
    guard typed != letter else { return true }
    return switch typed {
    case UInt8(ascii: "@"), UInt8(ascii: "4"): letter == UInt8(ascii: "a")
    case UInt8(ascii: "8"): letter == UInt8(ascii: "b")
    case UInt8(ascii: "3"): letter == UInt8(ascii: "e")
    case UInt8(ascii: "1"): letter == UInt8(ascii: "i") || letter == UInt8(ascii: "l")
    case UInt8(ascii: "!"): letter == UInt8(ascii: "i")
    case UInt8(ascii: "0"): letter == UInt8(ascii: "o")
    case UInt8(ascii: "$"), UInt8(ascii: "5"): letter == UInt8(ascii: "s")
    case UInt8(ascii: "7"): letter == UInt8(ascii: "t")
    default: false
    }
  }
}

/// Digits, punctuation and spaces around a word. Eight of them add little to a guesser's work; more do,
/// unless they are years or a pattern themselves.
private struct Filler {
  private var start: Int?
  private var weight = 0

  static func isFiller(_ byte: UInt8) -> Bool { byte < 0x80 && !(0x61...0x7A).contains(byte) }

  mutating func extend(from position: Int) { if start == nil { start = position } }

  mutating func isNegligible(endingAt end: Int, in text: Span<UInt8>) -> Bool {
    if let begun = start { weight += Self.weight(of: text.extracting(begun..<end)) }
    start = nil
    return weight <= 8
  }

  private static func weight(of run: Span<UInt8>) -> Int {
    if TrivialPatterns.isMadeOfWalks(run, spare: 0) { return 0 }
    if let period = TrivialPatterns.period(of: run), period <= 4 { return 0 }
    var weight = 0
    var position = 0
    while position < run.count {
      position += isYear(run, at: position) ? 4 : 1
      weight += 1
    }
    return weight
  }

  /// 1900 to 2099: one choice of a guesser's, not four.
  private static func isYear(_ run: Span<UInt8>, at position: Int) -> Bool {
    guard position + 4 <= run.count else { return false }
    let century = (run[position], run[position + 1])
    let digits: ClosedRange<UInt8> = 0x30...0x39
    return (century == (0x31, 0x39) || century == (0x32, 0x30)) && digits.contains(run[position + 2])
      && digits.contains(run[position + 3])
  }
}
