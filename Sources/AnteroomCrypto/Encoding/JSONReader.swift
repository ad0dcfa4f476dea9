/// Reads back what `JSONWriter` wrote: the members that are asked for, in order, and nothing between them.
/// Not a reader of foreign JSON: another spelling of the same value is refused, which is the point.
struct JSONReader {
  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.first == UInt8(ascii: "{") ? 1 : bytes.count
  }

  /// Whether the next member has this name.
  func peek(_ name: String) -> Bool {
    var ahead = self
    return ahead.key(name)
  }

  mutating func string(_ name: String) -> String? { key(name) ? string() : nil }

  mutating func integer(_ name: String) -> Int64? {
    guard key(name) else { return nil }
    let text = bytes[position...].prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    guard let value = Int64(String(decoding: text, as: UTF8.self)), text.elementsEqual(String(value).utf8) else {
      return nil
    }
    position = text.endIndex
    return value
  }

  mutating func boolean(_ name: String) -> Bool? {
    guard key(name) else { return nil }
    return skip("true") ? true : skip("false") ? false : nil
  }

  mutating func strings(_ name: String) -> [String]? {
    guard key(name), skip("[") else { return nil }
    var values: [String] = []
    while !skip("]") {
      guard values.isEmpty || skip(","), let value = string() else { return nil }
      values.append(value)
    }
    return values
  }

  mutating func open(_ name: String) -> Bool { key(name) && skip("{") }

  mutating func close() -> Bool { skip("}") }

  mutating func isFinished() -> Bool { skip("}") && position == bytes.count }

  private mutating func key(_ name: String) -> Bool {
    let isFirst = position > 0 && position <= bytes.count && bytes[position - 1] == UInt8(ascii: "{")
    return (isFirst || skip(",")) && skip("\"\(name)\":")
  }

  private mutating func skip(_ literal: String) -> Bool {
    guard bytes[position...].starts(with: literal.utf8) else { return false }
    position += literal.utf8.count
    return true
  }

  private mutating func string() -> String? {
    guard skip("\"") else { return nil }
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = escapedByte() else { return nil }
        text.append(escaped)
      case 0x00..<0x20, 0x7F: return nil
      case _: text.append(byte)
      }
    }
    return nil
  }

  /// After the backslash: the two characters that are escaped by themselves, or `u00` and two digits.
  private mutating func escapedByte() -> UInt8? {
    if skip("\"") { return UInt8(ascii: "\"") }
    if skip("\\") { return UInt8(ascii: "\\") }
    guard skip("u00"), position + 2 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[position..<position + 2], as: UTF8.self)
    position += 2
    guard let value = UInt8(digits, radix: 16), value < 0x20 || value == 0x7F else { return nil }
    return value
  }
}
