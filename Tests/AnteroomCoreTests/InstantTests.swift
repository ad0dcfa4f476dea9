import AnteroomCore
import Testing

@Suite struct InstantTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("1969-12-31T23:59:59.000Z", -1000),
      ("1969-01-01T00:00:00.000Z", -31_536_000_000), ("2000-02-29T00:00:00.000Z", 951_782_400_000),
      ("2000-03-01T00:00:00.000Z", 951_868_800_000), ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
      ("2026-11-22T08:30:00.000Z", 1_795_336_200_000), ("2038-01-19T03:14:08.000Z", 2_147_483_648_000),
      ("2100-02-28T23:59:59.000Z", 4_107_542_399_000), ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
      ("2400-02-29T12:00:00.000Z", 13_574_606_400_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
      ("0001-01-01T00:00:00.000Z", -62_135_596_800_000), ("0000-01-01T00:00:00.000Z", -62_167_219_200_000),
      ("0000-02-29T00:00:00.000Z", -62_162_121_600_000),
    ] as [(String, Int64)])
  func `a moment and its text are each other's`(text: String, milliseconds: Int64) {
    #expect(Instant(milliseconds: milliseconds).description == text)
    #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
  }

  @Test func `every day from 1890 to 2410 is read as it is written, one day after the other`() {
    var previous = ""
    var wrong: [String] = []
    for day in stride(from: Int64(-29_220), through: 160_710, by: 1) {
      let instant = Instant(milliseconds: day * 86_400_000 + 43_200_123)
      let text = instant.description
      if Instant(rfc3339: text) != instant || previous >= text { wrong.append(text) }
      previous = text
    }
    #expect(wrong.isEmpty)
    #expect(previous == "2410-01-04T12:00:00.123Z")
  }

  @Test(arguments: [
    ("2026-11-22T08:30:00Z", "2026-11-22T08:30:00.000Z"), ("2026-11-22T08:30:00.5Z", "2026-11-22T08:30:00.500Z"),
    ("2026-11-22T08:30:00.05Z", "2026-11-22T08:30:00.050Z"),
    ("2026-11-22T08:30:00.123456789Z", "2026-11-22T08:30:00.123Z"),
    ("2026-11-22T08:30:00.9999Z", "2026-11-22T08:30:00.999Z"),
  ])
  func `a fraction is read to the millisecond, and cut`(text: String, canonical: String) {
    #expect(Instant(rfc3339: text)?.description == canonical)
  }

  @Test(arguments: [
    "", "Z", "2026-11-22", "2026-11-22T08:30Z", "2026-11-22T08:30:00", "2026-11-22 08:30:00Z", "2026-11-22t08:30:00Z",
    "2026-11-22T08:30:00z", "2026-11-22T08:30:00+00:00", "2026-11-22T08:30:00.Z", "2026-11-22T08:30:00,5Z",
    "2026-11-22T08:30:00.1234567890Z", "2026-11-22T08:30:00.12aZ", "2026-11-22T08:30:00.-1Z", "2026-00-22T08:30:00Z",
    "2026-13-22T08:30:00Z", "2026-11-00T08:30:00Z", "2026-11-31T08:30:00Z", "2026-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2300-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2024-04-31T00:00:00Z", "2026-11-22T24:00:00Z",
    "2026-11-22T08:60:00Z",
    "2016-12-31T23:59:60Z", "2026-11-22T08:30:61Z", "+2026-11-22T08:30:00Z", "-026-11-22T08:30:00Z",
    "2026-1-022T08:30:00Z",
    " 2026-11-22T08:30:00Z", "2026-11-22T08:30:00Z ", "2026-11-22T08:30:00ZZ", "٢٠٢٦-11-22T08:30:00Z",
    "20261-11-22T08:30:00Z",
    "2026-11-22T08:30:00.5", "2026-11-22T08:30:00.5.5Z", "2026/11/22T08:30:00Z",
  ])
  func `anything else is refused`(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test(
    arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2), (-2000, -2)]
      as [(Int64, Int64)])
  func `whole seconds are rounded down, before 1970 too`(milliseconds: Int64, seconds: Int64) {
    #expect(Instant(milliseconds: milliseconds).seconds == seconds)
  }

  @Test(arguments: [(0, 1), (-5000, 1), (1, 1), (1000, 1), (1001, 2), (14_999, 15), (15_000, 15)] as [(Int64, Int)])
  func `whoever is told to wait is not told too little`(ahead: Int64, seconds: Int) {
    let now = Instant(seconds: 1_000_000)
    #expect(Instant(milliseconds: now.milliseconds + ahead).secondsToWait(from: now) == seconds)
  }
}
