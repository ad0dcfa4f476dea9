/// What may follow a chunk's size (RFC 9112, section 7.1.1). It means nothing here, and is held to its grammar all the
/// same: a reader that skips to the line's end and one that understands quotes find different ends of the chunk.
enum ChunkExtensions {
  /// `text` is what comes after the size, from its first semicolon on: names with or without a value, which is a token
  /// or a quoted string. White space between them, which the grammar has for old senders only, is refused.
  static func areWellFormed(_ text: Span<UInt8>) -> Bool {
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: ";") else { return false }
      index += 1
      guard skipToken(text, &index) else { return false }
      guard index < text.count, text[index] == UInt8(ascii: "=") else { continue }
      index += 1
      let isQuoted = index < text.count && text[index] == UInt8(ascii: "\"")
      guard isQuoted ? skipQuoted(text, &index) : skipToken(text, &index) else { return false }
    }
    return true
  }

  private static func skipToken(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    let start = index
    while index < text.count, HeaderText.isToken(text[index]) { index += 1 }
    return index > start
  }

  /// From the opening quote to behind the closing one (RFC 9110, section 5.6.4), in ASCII.
  private static func skipQuoted(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
    index += 1
    while index < text.count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\") {
        guard index < text.count, isQuotable(text[index]) else { return false }
        index += 1
      } else if !isQuotable(byte) {
        return false
      }
    }
    return false
  }

  private static func isQuotable(_ byte: UInt8) -> Bool { byte == 0x09 || (0x20...0x7E).contains(byte) }
}
