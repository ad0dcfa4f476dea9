/// What a guesser tries before any dictionary: repetition, and walks along an alphabet or a keyboard.
/// On folded UTF-8, in place.
enum TrivialPatterns {
  /// The shortest beginning that, repeated, gives the whole text (its last turn may be cut short): 3 for
  /// "abcabcab". Nil where the text is no repetition.
  static func period(of text: Span<UInt8>) -> Int? {
    // Longer periods are texts in their own right; and the bound keeps a hostile text cheap.
    let longest = min((text.count + 1) / 2, 64)
    guard longest > 0 else { return nil }
    for period in 1...longest where text.count > period && repeats(text, every: period) { return period }
    return nil
  }

  private static func repeats(_ text: Span<UInt8>, every period: Int) -> Bool {
    for index in period..<text.count where text[index] != text[index - period] { return false }
    return true
  }

  /// Wholly walks of three code points or more, but for `spare` code points.
  static func isMadeOfWalks(_ text: Span<UInt8>, spare: Int) -> Bool {
    guard !text.isEmpty else { return false }
    var position = 0
    var uncovered = 0
    while position < text.count {
      let walk = longestWalk(in: text, from: position)
      if walk.codePoints < 3 { uncovered += 1 }
      if uncovered > spare { return false }
      position = walk.codePoints < 3 ? CodePoint(in: text, at: position).end : walk.end
    }
    return true
  }

  private static func longestWalk(in text: Span<UInt8>, from start: Int) -> (codePoints: Int, end: Int) {
    let first = CodePoint(in: text, at: start)
    var best = (codePoints: 1, end: first.end)
    // Code points in a row, up or down, whatever the script; or one and the same.
    for step in [UInt32(0), 1, .max] {
      let walk = walk(in: text, after: first) { $0 &+ step }
      if walk.codePoints > best.codePoints { best = walk }
    }
    for track in KeyboardTracks.all {
      guard let place = track.firstIndex(of: first.value) else { continue }
      for step in [1, track.count - 1] {
        var here = place
        let walk = walk(in: text, after: first) { _ in
          here = (here + step) % track.count
          return track[here]
        }
        if walk.codePoints > best.codePoints { best = walk }
      }
    }
    return best
  }

  private static func walk(
    in text: Span<UInt8>, after first: CodePoint, next: (UInt32) -> UInt32
  ) -> (codePoints: Int, end: Int) {
    var last = first
    var codePoints = 1
    while last.end < text.count {
      let following = CodePoint(in: text, at: last.end)
      guard following.value == next(last.value) else { break }
      last = following
      codePoints += 1
    }
    return (codePoints, last.end)
  }
}

/// One code point of text that is known to be UTF-8.
struct CodePoint {
  let value: UInt32
  let end: Int

  init(in text: Span<UInt8>, at start: Int) {
    let lead = text[start]
    var value = UInt32(lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1F : lead < 0xF0 ? lead & 0x0F : lead & 0x07)
    var end = start + 1
    while end < text.count, text[end] & 0xC0 == 0x80 {
      value = value << 6 | UInt32(text[end] & 0x3F)
      end += 1
    }
    self.value = value
    self.end = end
  }

  static func count(in text: Span<UInt8>) -> Int {
    var count = 0
    for index in text.indices where text[index] & 0xC0 != 0x80 { count += 1 }
    return count
  }
}

/// The ways a finger goes, each taken as a ring and in both directions.
enum KeyboardTracks {
  static let all: [[UInt32]] = [
    "abcdefghijklmnopqrstuvwxyz", "1234567890", "!@#$%^&*()_+",
    "qwertyuiopasdfghjklzxcvbnm", "qwertyuiop[]asdfghjkl;'zxcvbnm,./", "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "\u{439}\u{446}\u{443}\u{43A}\u{435}\u{43D}\u{433}\u{448}\u{449}\u{437}\u{445}\u{44A}"
      + "\u{444}\u{44B}\u{432}\u{430}\u{43F}\u{440}\u{43E}\u{43B}\u{434}\u{436}\u{44D}",
  ].map { $0.unicodeScalars.map(\.value) }
}
