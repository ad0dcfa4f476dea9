import AnteroomServices
import AnteroomText
import SecretMemory
import Testing

private let preparation = OpaqueStringPreparation()

private func prepare(_ typed: [UInt8]) throws(PasswordUnfit) -> (bytes: [UInt8], codePoints: Int) {
  let password = try preparation.prepare(SecretBytes(copying: typed))
  return (array(password.bytes), password.codePoints)
}

private func folded(_ typed: String) throws(PasswordUnfit) -> [UInt8] {
  array(preparation.folded(try preparation.prepare(SecretBytes(copying: bytes(typed)))))
}

@Suite struct OpaqueStringTests {
  @Test(arguments: [
    // RFC 8265, table 4.
    ("correct horse battery staple", "correct horse battery staple", 28),
    ("Correct Horse Battery Staple", "Correct Horse Battery Staple", 28),
    ("\u{3C0}\u{DF}\u{E5}", "\u{3C0}\u{DF}\u{E5}", 3), ("Jack of \u{2666}s", "Jack of \u{2666}s", 10),
    ("foo\u{1680}bar", "foo bar", 7),
    // Spaces of other scripts; none is trimmed or collapsed.
    ("correct\u{3000}horse\u{1680}battery\u{2003}staple", "correct horse battery staple", 28),
    ("  a  \u{A0}", "  a   ", 6),
    // NFC, not NFKC: composed, but not made plain.
    ("e\u{301}", "\u{E9}", 1), ("\u{FB01}\u{2163}", "\u{FB01}\u{2163}", 2), ("\u{FF21}", "\u{FF21}", 1),
    ("\u{212B}", "\u{C5}", 1), ("\u{1F600}", "\u{1F600}", 1), ("\u{301}", "\u{301}", 1),
    // Join controls where a script needs them.
    ("\u{915}\u{94D}\u{200D}\u{937}", "\u{915}\u{94D}\u{200D}\u{937}", 4),
    ("\u{628}\u{200C}\u{628}", "\u{628}\u{200C}\u{628}", 3),
  ])
  func `a password is prepared by OpaqueString`(typed: String, expected: String, codePoints: Int) throws {
    let prepared = try prepare(bytes(typed))
    #expect(prepared.bytes == bytes(expected))
    #expect(prepared.codePoints == codePoints)
  }

  @Test(arguments: [
    "my cat is a \u{9}by", "a\u{0}b", "a\u{7F}", "a\u{200B}", "a\u{200D}b", "a\u{200C}", "a\u{202E}b", "\u{FEFF}a",
    "a\u{378}", "a\u{E000}", "a\u{E0001}", "\u{1100}\u{1161}", "a\u{FFFE}", "a\u{2028}", "a\u{B7}b", "a\u{640}",
  ])
  func `what FreeformClass does not allow is no password`(typed: String) {
    #expect(throws: PasswordUnfit.notAllowed) { try prepare(bytes(typed)) }
  }

  @Test func `nothing is too short rather than not allowed`() {
    #expect(throws: PasswordUnfit.empty) { try prepare([]) }
  }

  @Test(
    arguments: [
      [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0xAF],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0x80],
      [0x61, 0xBF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28], [0xE2, 0x28, 0xA1],
    ] as [[UInt8]])
  func `what is not the shortest form of UTF-8 is no password`(typed: [UInt8]) {
    #expect(throws: PasswordUnfit.notAllowed) { try prepare([0x61] + typed) }
    #expect(throws: PasswordUnfit.notAllowed) { try prepare([0x61] + typed + [0x61, 0x61, 0x61]) }
  }

  @Test func `the bounds are 256 code points and 1,024 bytes, before and after`() throws {
    #expect(try prepare([UInt8](repeating: 0x61, count: 256)).codePoints == 256)
    #expect(throws: PasswordUnfit.tooLong) { try prepare([UInt8](repeating: 0x61, count: 257)) }
    #expect(try prepare(bytes(String(repeating: "\u{1F600}", count: 256))).bytes.count == 1024)
    #expect(throws: PasswordUnfit.tooLong) { try prepare(bytes(String(repeating: "\u{1F600}", count: 257))) }
    // NFC makes three of U+FB2C: few enough as typed, too many as prepared.
    #expect(throws: PasswordUnfit.tooLong) { try prepare(bytes(String(repeating: "\u{FB2C}", count: 86))) }
    #expect(try prepare(bytes(String(repeating: "\u{FB2C}", count: 85))).codePoints == 255)
    // What comes first decides: broken bytes that are too long are too long.
    #expect(throws: PasswordUnfit.tooLong) { try prepare([UInt8](repeating: 0xFF, count: 1025)) }
  }

  @Test func `a huge password costs nothing`() {
    let huge = SecretBytes(copying: [UInt8](repeating: 0x61, count: 10_000_000))
    let elapsed = processorTime {
      #expect(throws: PasswordUnfit.tooLong) { try preparation.prepare(huge).codePoints }
    }
    #expect(elapsed < .milliseconds(20))
  }

  @Test(arguments: [
    ("Correct Horse", "correct horse"), ("STRA\u{DF}E", "strasse"), ("stra\u{1E9E}e", "strasse"),
    ("\u{3A3}\u{3C3}\u{3C2}", "\u{3C3}\u{3C3}\u{3C3}"), ("\u{130}", "i\u{307}"), ("\u{410}\u{411}", "\u{430}\u{431}"),
  ])
  func `folding leaves letter case aside`(typed: String, expected: String) throws {
    #expect(try folded(typed) == bytes(expected))
  }

  @Test func `what is prepared stays as it is when prepared again`() throws {
    var random = Seeded(7)
    var accepted = 0
    for _ in 0..<6_000 {
      guard let once = try? prepare(bytes(random.text(upTo: 12))) else { continue }
      accepted += 1
      let twice = try prepare(once.bytes)
      #expect(twice.bytes == once.bytes && twice.codePoints == once.codePoints)
    }
    #expect(accepted > 200)
  }
}
