/// Reads a text from its beginning, byte by byte: what was not asked for is not skipped.
struct TextCursor {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The digits of crypt(3): `./0-9A-Za-z`, in the order of their values.
  private static let cryptDigits = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  static func isCryptDigit(_ byte: UInt8) -> Bool { cryptDigits.contains(byte) }

  static func cryptDigit(_ value: Int) -> UInt8 { cryptDigits[value] }

  /// False, and nothing is taken, where something else stands there.
  mutating func skip(_ literal: StaticString) -> Bool {
    let expected = literal.description.utf8
    guard rest.starts(with: expected) else { return false }
    rest = rest.dropFirst(expected.count)
    return true
  }

  /// A decimal number without sign and leading zero. What is longer than any bound is a billion: too much of
  /// anything that is counted here.
  mutating func number() -> Int? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let first = digits.first, first != UInt8(ascii: "0") else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.count > 9 ? 1_000_000_000 : digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  /// What stands before the next `end`, or all; the `end` stays.
  mutating func field(before end: Character) -> ArraySlice<UInt8> {
    let field = rest.prefix { $0 != end.asciiValue }
    rest = rest.dropFirst(field.count)
    return field
  }

  /// So many digits of crypt(3) and nothing else before `end`, or the end of the text.
  mutating func cryptDigits(_ counts: ClosedRange<Int>, before end: Character = "$") -> ArraySlice<UInt8>? {
    let field = field(before: end)
    return counts.contains(field.count) && field.allSatisfy(TextCursor.isCryptDigit) ? field : nil
  }

  /// The value of the digit that comes next.
  mutating func cryptValue() -> Int? {
    guard let byte = rest.first, let value = TextCursor.cryptDigits.firstIndex(of: byte) else { return nil }
    rest = rest.dropFirst()
    return value
  }
}
