import AnteroomCore
import AnteroomDaemon
import Testing

@Suite struct RepetitionsTests {
  private static let start = Instant(seconds: 1_000_000)

  @Test(arguments: [(0, nil), (59, nil), (60, 2), (600, 2), (-1, 2)] as [(Int, Int?)])
  func `the same text is written once a minute, with how often it was not`(seconds: Int, unwritten: Int?) {
    let repetitions = Repetitions()
    #expect(repetitions.unwritten(before: "a", at: Self.start) == 0)
    #expect(repetitions.unwritten(before: "a", at: Self.start) == nil)
    #expect(repetitions.unwritten(before: "a", at: Self.start) == nil)
    #expect(repetitions.unwritten(before: "b", at: Self.start) == 0)
    #expect(repetitions.unwritten(before: "a", at: Self.start.adding(seconds: seconds)) == unwritten)
  }

  @Test func `whoever varies the text makes no more of it than so many a minute`() {
    let repetitions = Repetitions()
    for minute in 0..<3 {
      let now = Self.start.adding(seconds: minute * Repetitions.seconds)
      let written = (0..<1000).compactMap { repetitions.unwritten(before: "\(minute) \($0)", at: now) }
      #expect(written.count == Repetitions.most)
      #expect(written[0] == (minute == 0 ? 0 : 1000 - Repetitions.most))
    }
  }
}
