import AnteroomCore

/// Waits for a turn where others' attempts on the same budget are undecided: within the hashing queue's
/// deadline, and woken whenever one of them is decided.
struct TurnTaking: Sendable {
  let settled: Signal<Int>
  let clock: any WallClock
  let seconds: Int

  /// Asks until there is an answer; nil when the deadline passed, or nobody waits for it any more.
  func take<Answer: Sendable>(
    _ ask: () async throws(StorageFault) -> Answer?
  ) async throws(StorageFault) -> Answer? {
    let deadline = clock.now().adding(seconds: seconds)
    while true {
      // Before asking: what is decided in between is not missed.
      let subscription = settled.subscribe([0])
      defer { settled.unsubscribe(subscription) }
      if let answer = try await ask() { return answer }
      let left = deadline.milliseconds(since: clock.now())
      guard left > 0, !Task.isCancelled else { return nil }
      _ = await subscription.wait(timeout: .milliseconds(min(left, 1000)))
    }
  }
}
