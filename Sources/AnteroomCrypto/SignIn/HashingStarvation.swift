/// Whether hashing gets next to nothing of the processors. A value; the time is an argument (nanoseconds of any
/// monotonic clock).
///
/// Hashing threads make way for every other thread of the machine, so that a join never waits for them. Beside a program
/// that takes all processors (a video bridge, a compiler) they would stand still, and with them every sign-in: then they
/// compete for a while.
struct HashingStarvation {
  /// What is known of the lane at one moment.
  struct Reading {
    let time: UInt64
    /// Jobs that wait or run.
    let jobs: Int
    /// Jobs that ran to their end, ever.
    let finished: UInt64
    /// What the threads have had of the processors, ever, in nanoseconds.
    let processorTime: UInt64
  }

  /// How far two readings are to be apart, in nanoseconds.
  static let window: UInt64 = 250_000_000
  /// How long threads compete before they try again to make way, in nanoseconds.
  static let relief: UInt64 = 10_000_000_000
  /// Below this part of what the jobs could have used, they starve.
  private static let share: UInt64 = 5

  /// Threads that can run at once.
  let threads: Int
  private var last: Reading?
  private var relievedUntil: UInt64 = 0

  init(threads: Int) {
    precondition(threads > 0)
    self.threads = threads
  }

  /// Forgets the last reading: what happens until the next is not watched.
  mutating func rest() { last = nil }

  /// Whether the threads are to compete from now on.
  mutating func competes(at now: Reading) -> Bool {
    defer { last = now }
    if let last, starved(since: last, at: now) { relievedUntil = now.time + HashingStarvation.relief }
    return now.time < relievedUntil
  }

  /// Where a job ended there is progress. Where none did, those that were there at first could have run all the time.
  private func starved(since last: Reading, at now: Reading) -> Bool {
    guard last.jobs > 0, now.finished == last.finished, now.time >= last.time + HashingStarvation.window else {
      return false
    }
    let possible = (now.time - last.time) * UInt64(min(last.jobs, threads))
    return (now.processorTime - min(now.processorTime, last.processorTime)) < possible / HashingStarvation.share
  }
}
