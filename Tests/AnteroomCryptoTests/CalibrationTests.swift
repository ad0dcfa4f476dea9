import Testing

@testable import AnteroomCrypto

@Suite struct CalibrationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let milliseconds: Int
    let memoryMiB: Int
    let concurrency: Int
    /// Nanoseconds for each KiB of a pass.
    let pace: Double
    let memoryKiB: Int
    let iterations: Int

    var testDescription: String { what }
  }

  private static let cases: [Case] = [
    Case(
      what: "memory goes first, with three passes", milliseconds: 500, memoryMiB: 512, concurrency: 2, pace: 1000,
      memoryKiB: 162 * 1024, iterations: 3),
    Case(
      what: "where memory ends, time goes into passes", milliseconds: 500, memoryMiB: 128, concurrency: 2, pace: 1000,
      memoryKiB: 64 * 1024, iterations: 7),
    Case(
      what: "a slow machine gives memory up for its time", milliseconds: 100, memoryMiB: 512, concurrency: 2,
      pace: 1000, memoryKiB: 32 * 1024, iterations: 3),
    Case(
      what: "then a pass", milliseconds: 45, memoryMiB: 512, concurrency: 2, pace: 1000, memoryKiB: 19_456,
      iterations: 2),
    Case(
      what: "and nothing below the floor", milliseconds: 1, memoryMiB: 512, concurrency: 2, pace: 1000,
      memoryKiB: 19_456, iterations: 2),
    Case(
      what: "no more than a stored hash may name", milliseconds: 60_000, memoryMiB: 65_536, concurrency: 1, pace: 1000,
      memoryKiB: 1024 * 1024, iterations: 57),
    Case(
      what: "no more passes either", milliseconds: 60_000, memoryMiB: 19, concurrency: 1, pace: 1, memoryKiB: 19_456,
      iterations: 64),
  ]

  @Test(arguments: cases)
  func `a cost is chosen from a pace`(row: Case) {
    let wish = Calibration.Wish(
      milliseconds: row.milliseconds, memoryMiB: row.memoryMiB, concurrency: row.concurrency)
    let chosen = Calibration(wish, randomness: SeededRandomness()).choose(pace: row.pace)
    #expect(chosen.memoryKiB == row.memoryKiB && chosen.iterations == row.iterations && chosen.parallelism == 1)
  }

  @Test func `what is proposed was measured`() async throws {
    let wish = Calibration.Wish(milliseconds: 1, memoryMiB: 64, concurrency: 1)
    let proposal = try await Calibration(wish, randomness: SeededRandomness()).propose()
    #expect(proposal.parameters.memoryKiB == 19_456 && proposal.parameters.iterations == 2)
    #expect(proposal.nanosecondsPerHash > 1_000_000)
    #expect(proposal.hashesPerSecond < 1000)
  }

  @Test func `less memory than the floor takes is refused, and the least is named`() async throws {
    let wish = Calibration.Wish(milliseconds: 500, memoryMiB: 37, concurrency: 2)
    await #expect {
      try await Calibration(wish, randomness: SeededRandomness()).propose()
    } throws: { error in
      if case Calibration.Fault.tooLittleMemory(leastMiB: 38) = error { true } else { false }
    }
  }
}
