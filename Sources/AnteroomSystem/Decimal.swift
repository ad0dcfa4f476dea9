/// Numbers in the environment and in /proc: digits and nothing else, where `Int` would take `+5` as well.
enum Decimal {
  static func read(_ text: some StringProtocol) -> Int64? {
    guard (1...18).contains(text.utf8.count) else { return nil }
    var value: Int64 = 0
    for byte in text.utf8 {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
