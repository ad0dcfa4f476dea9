import AnteroomCore
import AnteroomText
import Testing

private let profiles = PRECISProfiles()

@Suite struct NicknameTests {
  @Test(arguments: [
    // RFC 8266, table 1, as shown (case is kept) rather than as compared.
    ("Foo", "Foo"), ("foo", "foo"), ("Foo Bar", "Foo Bar"), ("foo bar", "foo bar"), ("\u{3A3}", "\u{3A3}"),
    ("\u{3C3}", "\u{3C3}"), ("\u{3C2}", "\u{3C2}"), ("\u{265A}", "\u{265A}"),
    ("Richard \u{2163}", "Richard IV"),
    // Spaces of every kind, at the ends and between.
    ("  Foo  ", "Foo"), ("Foo \u{A0}\u{2003} Bar", "Foo Bar"), ("\u{3000}Foo\u{1680}Bar\u{205F}", "Foo Bar"),
    // Compatibility forms become what they stand for.
    ("\u{FF2D}ark", "Mark"), ("\u{FB01}n", "fin"), ("\u{1D4D0}nn", "Ann"), ("Ame\u{301}lie", "Am\u{E9}lie"),
    ("Dr. No, 2\u{BD}", "Dr. No, 21\u{2044}2"), ("\u{1F600} Ann", "\u{1F600} Ann"),
  ])
  func `a display name is prepared by its profile`(typed: String, expected: String) {
    #expect(profiles.nickname(typed).map(bytes) == bytes(expected))
  }

  @Test(arguments: ["", " ", "\u{3000}\u{A0}", "\u{2800}", "\u{2800} \u{2800}", "\u{A8}", "\u{3131}", "a\u{B7}b"])
  func `a name without ink, without a base or out of context is refused`(typed: String) {
    #expect(profiles.nickname(typed) == nil)
  }
}

@Suite struct HostileNameTests {
  private static let unseen: [UInt32] =
    Array(0x00...0x1F) + Array(0x7F...0x9F) + [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180E, 0x180B]
    + Array(0x200B...0x200F) + Array(0x2028...0x202E) + Array(0x2060...0x206F)
    + [0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0xFFFE, 0xFFFF, 0x1D173, 0x1FFFE, 0x10FFFF]
    + [0xE0001, 0xE0041, 0xE007F, 0xE0100]

  @Test(arguments: unseen)
  func `FAILURE 29, BigBlueButton: a control, bidi or zero-width character is in no name`(value: UInt32) throws {
    let hidden = String(try #require(Unicode.Scalar(value)))
    for typed in ["Ma\(hidden)rk", "\(hidden)Mark", "Mark\(hidden)", hidden] {
      #expect(profiles.usernameCaseMapped(typed) == nil)
      #expect(profiles.nickname(typed) == nil)
    }
  }

  @Test(arguments: [
    ("private use", "a\u{E000}"), ("private use, plane 15", "a\u{F0000}"), ("unassigned", "a\u{378}"),
    ("unassigned, beyond the BMP", "a\u{2FE0}\u{E0080}"), ("a conjoining jamo", "\u{1100}"),
    ("a vowel jamo", "a\u{1161}"), ("an old jamo", "\u{A960}"), ("a lone combining mark", "\u{301}"),
    ("a mark in front", "\u{301}a"), ("ZWJ after a virama", "\u{915}\u{94D}\u{200D}"),
    ("ZWNJ between joining letters", "\u{628}\u{200C}\u{628}"),
  ])
  func `what could hide or change is in no name`(what: String, typed: String) {
    #expect(profiles.usernameCaseMapped(typed) == nil)
    #expect(profiles.nickname(typed) == nil)
  }

  @Test func `ten thousand combining marks cost nothing`() {
    let marks = String(repeating: "\u{301}\u{323}", count: 5_000)
    let elapsed = processorTime {
      #expect(profiles.usernameCaseMapped("a" + marks) == nil)
      #expect(profiles.nickname("a" + marks) == nil)
    }
    #expect(elapsed < .milliseconds(20))
  }

  @Test func `the worst text within the bound is prepared in time`() {
    let marks = "a" + String(repeating: "\u{301}\u{323}", count: 1_000)
    let elapsed = processorTime { _ = profiles.nickname(marks) }
    #expect(elapsed < .milliseconds(200))
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `what is prepared stays as it is when prepared again`(seed: UInt64) {
    var random = Seeded(seed)
    var usernames = 0
    var nicknames = 0
    for _ in 0..<4_000 {
      let typed = random.text(upTo: 6)
      if let name = profiles.usernameCaseMapped(typed) {
        usernames += 1
        #expect(profiles.usernameCaseMapped(name).map(bytes) == bytes(name))
      }
      if let name = profiles.nickname(typed) {
        nicknames += 1
        #expect(profiles.nickname(name).map(bytes) == bytes(name))
      }
    }
    #expect(usernames > 100 && nicknames > 200)
  }
}
