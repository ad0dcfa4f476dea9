import Testing

@testable import AnteroomCore

@Suite struct NameWordsTests {
  @Test func `ASCII is taken apart without the tables as it is with them, and nothing else is`() throws {
    for value in UInt32(0)...0x7F {
      let scalar = try #require(Unicode.Scalar(value))
      let (short, long) = (try #require(NameWords.ascii(scalar)), NameWords.facts(of: scalar))
      let isSame = short == long
      #expect(isSame, "\(value)")
    }
    let isForOthers = NameWords.ascii("\u{80}") != nil || NameWords.ascii("\u{FF11}") != nil
    #expect(!isForOthers)
  }
}
