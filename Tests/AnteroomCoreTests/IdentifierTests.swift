import AnteroomCore
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: ["abc", "0-a", "a--", "kq3vm-8tzpa-w2hfd", "999", String(repeating: "a", count: 63), "a-1"])
  func `a meeting may be called this`(text: String) {
    #expect(MeetingID(parsing: text)?.text == text)
  }

  @Test(arguments: [
    "", "a", "ab", "-ab", "---", "Abc", "abC", "a_b", "a b", "a.b", "abc\n", "a/b", "äbc", "а-б-в", "ａｂｃ", "a%2fb",
    "abc\u{0}",
    String(repeating: "a", count: 64), "..", "../a", "abc ", "٣٣٣",
  ])
  func `a meeting may not be called this`(text: String) {
    #expect(MeetingID(parsing: text) == nil)
  }

  @Test func `a generated meeting id takes each byte below 248 modulo 31 and skips the rest`() {
    let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    #expect(MeetingID(random: Array(0..<32))?.text == "abcde-fghjk-mnpqr")
    #expect(MeetingID(random: [255, 248] + Array(217..<247))?.text == "abcde-fghjk-mnpqr")
    #expect(MeetingID(random: Array(repeating: 247, count: 32))?.text == "99999-99999-99999")
    #expect(MeetingID(random: Array(repeating: 255, count: 32)) == nil)
    #expect(MeetingID(random: Array(repeating: 255, count: 18) + Array(repeating: 0, count: 14)) == nil)
    #expect(
      MeetingID(random: Array(repeating: 255, count: 17) + Array(repeating: 0, count: 15))?.text == "aaaaa-aaaaa-aaaaa")
    #expect(alphabet.count == 31)
    var random = SplitMix64(seed: 31)
    for _ in 0..<200 {
      let bytes = (0..<MeetingID.randomByteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      guard let id = MeetingID(random: bytes) else { continue }
      #expect(MeetingID(parsing: id.text) == id)
      #expect(id.text.filter { $0 != "-" }.allSatisfy(alphabet.contains))
    }
  }

  @Test func `an opaque id has 130 bits and is read back`() {
    let id = JoinID(random: Array(repeating: 0xFF, count: 17))
    #expect(id.text == "join_" + String(repeating: "z", count: 26))
    #expect(JoinID(parsing: id.text) == id)
    #expect(AccountID(random: Array(repeating: 0, count: 17)).text == "acct_" + String(repeating: "0", count: 26))
  }

  @Test(arguments: [
    "", "join_", "join_" + String(repeating: "0", count: 25), "join_" + String(repeating: "0", count: 27),
    "acct_" + String(repeating: "0", count: 26), "JOIN_" + String(repeating: "0", count: 26),
    "join_" + String(repeating: "Z", count: 26), "join_" + String(repeating: "l", count: 26),
    "join_" + String(repeating: "é", count: 13), "join-" + String(repeating: "0", count: 26),
    " join_" + String(repeating: "0", count: 25), "join_" + String(repeating: "0", count: 25) + "\n",
  ])
  func `an id that was never given out is not read`(text: String) {
    #expect(JoinID(parsing: text) == nil)
  }
}
