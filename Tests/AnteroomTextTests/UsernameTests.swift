import AnteroomCore
import AnteroomText
import Testing

private let profiles = PRECISProfiles()

@Suite struct UsernameTests {
  @Test(
    arguments: [
      // RFC 8265, table 2.
      ("juliet@example.com", "juliet@example.com"), ("fussball", "fussball"), ("fu\u{DF}ball", "fu\u{DF}ball"),
      ("\u{3C0}", "\u{3C0}"), ("\u{3A3}", "\u{3C3}"), ("\u{3C3}", "\u{3C3}"), ("\u{3C2}", "\u{3C2}"),
      // Case, with the sigma that depends on where it stands.
      ("JULIET", "juliet"), ("\u{39F}\u{394}\u{3A5}\u{3A3}", "\u{3BF}\u{3B4}\u{3C5}\u{3C2}"),
      ("\u{1D00}bc", "\u{1D00}bc"), ("\u{130}nci", "i\u{307}nci"), ("\u{1E9E}", "\u{DF}"),
      // Width.
      ("\u{FF2A}\u{FF35}\u{FF2C}\u{FF29}\u{FF25}\u{FF34}", "juliet"), ("\u{FF8F}\u{FF72}", "\u{30DE}\u{30A4}"),
      ("\u{FF21}\u{FF11}\u{FF20}", "a1@"),
      // Composition, either way it was typed.
      ("Ame\u{301}lie", "am\u{E9}lie"), ("am\u{E9}lie", "am\u{E9}lie"), ("\u{110D}\u{1161}", nil),
      // Context: the dot between two l, Greek keraia, Hebrew geresh, katakana dot.
      ("col\u{B7}lega", "col\u{B7}lega"), ("\u{375}\u{3B1}", "\u{375}\u{3B1}"),
      ("\u{5D0}\u{5F3}", "\u{5D0}\u{5F3}"), ("\u{30A2}\u{30FB}\u{30A4}", "\u{30A2}\u{30FB}\u{30A4}"),
      // The Bidi Rule.
      ("\u{5D0}\u{5D1}1", "\u{5D0}\u{5D1}1"), ("\u{627}\u{644}\u{64E}", "\u{627}\u{644}\u{64E}"),
      ("\u{627}\u{661}", "\u{627}\u{661}"), ("1a", "1a"), ("_a", "_a"),
    ] as [(String, String?)])
  func `a username is prepared by its profile`(typed: String, expected: String?) {
    #expect(profiles.usernameCaseMapped(typed).map(bytes) == expected.map(bytes))
  }

  @Test(arguments: [
    // RFC 8265, table 3.
    "foo bar", "", "henry\u{2163}", "\u{265A}",
    // Other compatibility forms, and spaces.
    "\u{FB01}n", "\u{212B}", "\u{AA}", "a\u{A0}b", "\u{3000}", "a\u{2009}b", " a", "a ",
    // Context that is not there.
    "a\u{B7}b", "l\u{B7}", "\u{B7}l", "\u{375}a", "\u{3B1}\u{375}", "a\u{5F4}", "a\u{30FB}b",
    "\u{627}\u{661}\u{6F1}",
    // Letters that are not to be used, letters and digits of no identifier.
    "a\u{640}", "\u{7FA}", "\u{3031}", "\u{2160}", "\u{1C5}", "\u{B2}", "\u{20DD}",
    // Directions mixed, a digit first, a symbol last, both kinds of digits.
    "a\u{5D0}", "\u{5D0}a", "1\u{5D0}", "\u{5D0}-", "\u{5D0}1\u{661}", "\u{661}\u{5D0}",
  ])
  func `what the profile forbids is no username`(typed: String) {
    #expect(profiles.usernameCaseMapped(typed) == nil)
  }

  @Test func `an emoji is no letter`() { #expect(profiles.usernameCaseMapped("a\u{1F600}") == nil) }

  @Test func `length is judged after preparation, and absurd length before it`() throws {
    let longest = try Username(parsing: String(repeating: "\u{FF21}", count: 64), with: profiles)
    #expect(longest.text == String(repeating: "a", count: 64))
    #expect(throws: Username.Invalid.tooLong) {
      try Username(parsing: String(repeating: "a", count: 65), with: profiles)
    }
    #expect(profiles.usernameCaseMapped(String(repeating: "a", count: 4097)) == nil)
  }

  @Test(
    arguments: [
      ("", .empty), ("foo bar", .space), ("a\u{A0}b", .space), ("\u{3000}", .space), ("a ", .space),
      ("a\tb", .control), ("a\u{0}", .control), ("ada\u{202E}", .control), ("a\u{200B}b", .control),
      ("a\u{200D}b", .control), ("a \u{200B}", .control), ("\u{0378}", .unassigned), ("a\u{1F600}", .symbol),
      ("\u{265A}", .symbol), ("\u{FB01}n", .symbol), ("\u{E000}", .symbol), ("a\u{5D0}", .direction),
      ("1\u{5D0}", .direction), ("\u{5D0}-", .direction), ("a\u{B7}b", .place), ("\u{301}a", .place),
    ] as [(String, Username.Invalid)])
  func `a refusal says what is wrong with the name`(typed: String, flaw: Username.Invalid) {
    #expect(throws: flaw) { try Username(parsing: typed, with: profiles) }
  }
}
