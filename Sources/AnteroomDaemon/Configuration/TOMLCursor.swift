/// Where `TOMLLines` is in its text. Every step either moves forward or is at the end.
struct TOMLCursor {
  private let bytes: [UInt8]
  private var position = 0
  private(set) var line = 1
  private(set) var escapedNUL: Int?

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func advance() {
    if peek == .newline { line += 1 }
    position += 1
  }

  /// To the end of the line, not over it.
  mutating func skipLine() {
    while let byte = peek, byte != .newline { advance() }
  }

  mutating func skipComment() { skipLine() }

  /// A dotted key, up to `end` or to the end of the line.
  mutating func keys(until end: UInt8) -> [String] {
    var keys: [String] = []
    while let byte = peek, byte != end, byte != .newline {
      switch byte {
      case .dot, .space, .tab, .carriageReturn: advance()
      case .doubleQuote, .singleQuote: keys.append(string())
      default: keys.append(bareKey(until: end))
      }
    }
    return keys
  }

  private mutating func bareKey(until end: UInt8) -> String {
    let start = position
    while let byte = peek, byte != end, ![.dot, .space, .tab, .carriageReturn, .newline].contains(byte) { advance() }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Over a value. Gives the lines on which its elements begin, where it is a list.
  mutating func skipValue() -> [Int] {
    while peek == .space || peek == .tab { advance() }
    let isList = peek == .openBracket
    var elements: [Int] = []
    var depth = 0
    var isNext = false
    while let byte = peek {
      let isFiller = [.newline, .space, .tab, .carriageReturn, .hash, .comma, .closeBracket].contains(byte)
      if isList && depth == 1 && isNext && !isFiller {
        elements.append(line)
        isNext = false
      }
      switch byte {
      case .doubleQuote, .singleQuote: _ = string()
      case .hash: skipComment()
      case .newline where depth <= 0: return elements
      case .openBracket, .openBrace:
        depth += 1
        if depth == 1 { isNext = true }
        advance()
      case .closeBracket, .closeBrace:
        depth -= 1
        advance()
      case .comma:
        if depth == 1 { isNext = true }
        advance()
      default: advance()
      }
    }
    return elements
  }

  /// Over a string of any of the four kinds. Gives its text; of escapes only those of quote and backslash are
  /// undone, which is enough to know a key again.
  private mutating func string() -> String {
    guard let quote = peek else { return "" }
    let isLong = position + 2 < bytes.count && bytes[position + 1] == quote && bytes[position + 2] == quote
    let width = isLong ? 3 : 1
    for _ in 0..<width { advance() }
    var text: [UInt8] = []
    while let byte = peek {
      if byte == .newline && !isLong { break }
      if byte == .backslash && quote == .doubleQuote {
        noteEscape()
        advance()
        if let escaped = peek { text.append(escaped) }
        advance()
      } else if byte == quote && (!isLong || bytes[position...].starts(with: [quote, quote, quote])) {
        for _ in 0..<width { advance() }
        // Up to two quotes before the closing ones belong to a long string.
        while isLong, peek == quote { advance() }
        break
      } else {
        text.append(byte)
        advance()
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func noteEscape() {
    let escape = bytes[(position + 1)...]
    guard escapedNUL == nil, escape.starts(with: "u0000".utf8) || escape.starts(with: "U00000000".utf8) else { return }
    escapedNUL = line
  }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let tab = UInt8(ascii: "\t")
  static let space = UInt8(ascii: " ")
  static let hash = UInt8(ascii: "#")
  static let dot = UInt8(ascii: ".")
  static let comma = UInt8(ascii: ",")
  static let equals = UInt8(ascii: "=")
  static let backslash = UInt8(ascii: "\\")
  static let doubleQuote = UInt8(ascii: "\"")
  static let singleQuote = UInt8(ascii: "'")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
}
