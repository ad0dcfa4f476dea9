/// How many columns text takes on a terminal: what wcwidth(3) says in a UTF-8 locale, without depending on the
/// locale that a program was started in.
enum Cells {
  /// Text should be `visible` already: what steers the terminal has no width.
  static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

  static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control, .format, .lineSeparator, .paragraphSeparator: return 0
    case _: break
    }
    // Vowels and finals of conjoining Hangul stand in the cell of their initial.
    if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return 0 }
    return isWide(scalar) ? 2 : 1
  }

  /// Wide and full-width by Unicode's annex 11, and what is drawn as an emoji of itself. Each half of a flag is
  /// one column.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1F1E6...0x1F1FF: false
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
      0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    case _: scalar.properties.isEmojiPresentation
    }
  }

  /// At most so many columns; where something was cut, the last one says so.
  static func clipped(_ text: String, to limit: Int) -> String {
    let text = untangled(text)
    guard limit > 0 else { return "" }
    if width(text) <= limit { return text }
    var kept = ""
    var used = 0
    for character in text {
      let next = width(String(character))
      if used + next > limit - 1 { break }
      kept.append(character)
      used += next
    }
    return kept + "…"
  }

  static func padded(_ text: String, to limit: Int) -> String {
    let shown = clipped(text, to: limit)
    return shown + String(repeating: " ", count: max(0, limit - width(shown)))
  }

  /// Words on lines of at most so many columns; a word that is longer is cut.
  static func wrapped(_ text: String, to limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if width(longer) <= limit {
        line = longer
      } else {
        if !line.isEmpty { lines.append(line) }
        line = clipped(String(word), to: limit)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// A letter with a hundred accents is drawn over the lines above and below: three are kept.
  private static func untangled(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    var marks = 0
    for scalar in text.unicodeScalars {
      marks = width(scalar) == 0 ? marks + 1 : 0
      if marks <= 3 { output.append(scalar) }
    }
    return String(output)
  }
}
