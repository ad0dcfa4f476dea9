import Testing

@testable import AnteroomCrypto

@Suite struct HashingStarvationTests {
  private typealias Reading = HashingStarvation.Reading

  private static func reading(
    ms: UInt64, jobs: Int, finished: UInt64 = 0, processorMs: UInt64
  ) -> Reading {
    Reading(time: ms * 1_000_000, jobs: jobs, finished: finished, processorTime: processorMs * 1_000_000)
  }

  @Test(arguments: [
    ("one job that gets nothing", 1, 0, 250, 0, true),
    ("one job that gets all", 1, 0, 250, 250, false),
    ("one job that gets a fifth", 1, 0, 250, 50, false),
    ("one job that gets less", 1, 0, 250, 49, true),
    ("two jobs of which one runs", 2, 0, 250, 250, false),
    ("two jobs that get less than a fifth of two processors", 2, 0, 250, 99, true),
    ("many jobs on two threads", 64, 0, 250, 100, false),
    ("a job that ended", 1, 1, 250, 0, false),
    ("no job at first", 0, 0, 250, 0, false),
    ("readings too close to say", 1, 0, 249, 0, false),
  ])
  func `who gets next to nothing competes`(
    what: String, jobs: Int, finished: UInt64, ms: UInt64, processorMs: UInt64, competes: Bool
  ) {
    var starvation = HashingStarvation(threads: 2)
    let first = starvation.competes(at: HashingStarvationTests.reading(ms: 1_000, jobs: jobs, processorMs: 500))
    let next = starvation.competes(
      at: HashingStarvationTests.reading(
        ms: 1_000 + ms, jobs: jobs, finished: finished, processorMs: 500 + processorMs))
    #expect(!first)
    #expect(next == competes)
  }

  @Test func `relief lasts ten seconds from the last need, and is then tried without`() {
    var starvation = HashingStarvation(threads: 1)
    let steps: [(ms: UInt64, processorMs: UInt64, competes: Bool)] = [
      (0, 0, false), (250, 0, true), (500, 100, true), (750, 110, true), (10_749, 5_000, true), (10_750, 5_001, false),
      (11_000, 5_002, true),
    ]
    for step in steps {
      let competes = starvation.competes(
        at: HashingStarvationTests.reading(ms: step.ms, jobs: 1, processorMs: step.processorMs))
      #expect(competes == step.competes, "at \(step.ms) ms")
    }
  }

  @Test func `a rest between two readings is not held against anybody`() {
    var starvation = HashingStarvation(threads: 1)
    let before = starvation.competes(at: HashingStarvationTests.reading(ms: 0, jobs: 1, processorMs: 0))
    starvation.rest()
    let after = starvation.competes(at: HashingStarvationTests.reading(ms: 9_000, jobs: 1, processorMs: 0))
    #expect(!before && !after)
  }
}
