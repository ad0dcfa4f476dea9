import AnteroomText
import Testing

@Suite struct ASCIINicknameTests {
  /// A combining mark behind the text sends the same words through the tables.
  @Test(arguments: [
    "Ada", "  Ada", "Ada  ", " Ada   Lovelace ", "a b  c   d", "<img onerror=x>", "~!@#$%^&*()_+", "x", "A\u{7E}z",
  ])
  func `printable ASCII is prepared without the tables as it is with them`(typed: String) throws {
    let profiles = PRECISProfiles()
    let short = try #require(profiles.nickname(typed))
    let long = try #require(profiles.nickname(typed + " \u{E4}"))
    #expect(long == short + " \u{E4}")
  }

  @Test(arguments: ["", " ", "     "])
  func `spaces alone are no name`(typed: String) { #expect(PRECISProfiles().nickname(typed) == nil) }
}
