import AnteroomCore
import Testing

@Suite struct Base32Tests {
  private static func naive(_ bytes: [UInt8], _ characters: Int) -> String {
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    return String((0..<characters).map { alphabet[bits[($0 * 5)..<($0 * 5 + 5)].reduce(0) { $0 * 2 + Int($1) }] })
  }

  @Test(
    arguments: [
      ([0x00], 1, "0"), ([0xFF], 1, "z"), ([0x08, 0x42, 0x10, 0x84, 0x21], 8, "11111111"),
      ([0x00, 0x44, 0x32, 0x14, 0xC7], 8, "01234567"), ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 8, "zzzzzzzz"), ([], 0, ""),
    ] as [([UInt8], Int, String)])
  func `five bits are a digit, from the first bit on`(bytes: [UInt8], characters: Int, text: String) {
    #expect(Base32.text(bytes, characters: characters) == text)
  }

  @Test func `whatever the bytes and the length, it is the bits five by five`() {
    var random = SplitMix64(seed: 32)
    for _ in 0..<500 {
      let bytes = (0..<(1 + random.below(24))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let characters = random.below(bytes.count * 8 / 5 + 1)
      #expect(Base32.text(bytes, characters: characters) == Self.naive(bytes, characters))
    }
  }

  @Test func `a digit has one value in either case, and nothing else has one`() {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    for byte in UInt8.min...UInt8.max {
      let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
      #expect(Base32.value(of: byte).map(Int.init) == alphabet.firstIndex(of: lower))
    }
  }

  @Test(
    arguments: [
      ("ABCD-efgh 0123", "abcdefgh0123"), ("oOiIlL", "001111"), ("", ""), ("- -", ""), ("abc!", nil), ("u", nil),
      ("U", nil),
      ("é", nil), ("a_b", nil), ("a\tb", nil), ("a\u{0}", nil), ("a–b", nil),
    ] as [(String, String?)])
  func `what a person typed is read as meant`(typed: String, canonical: String?) {
    var output: [UInt8] = [1, 2, 3]
    let bytes = Array(typed.utf8)
    let isRead = Base32.canonical(bytes.span, into: &output)
    #expect(isRead == (canonical != nil))
    if let canonical { #expect(output == Array(canonical.utf8)) }
  }
}
