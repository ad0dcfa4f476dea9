import Testing

@testable import AnteroomCrypto

private let second: UInt64 = 1_000_000_000

private func queue(
  capacity: Int = 100, patience: UInt64 = 5, threads: Int = 1, pace: UInt64 = 1_000_000
) -> HashingQueue<String> {
  HashingQueue(capacity: capacity, patience: patience * second, threads: threads, firstPace: pace)
}

extension HashingQueue<String> {
  fileprivate mutating func queue(_ jobs: [(UInt64, String)], at now: UInt64 = 0) {
    for (id, line) in jobs { _ = admit("\(line)\(id)", id: id, line: line, at: now) }
  }

  /// What runs, one after the other, until nothing waits.
  fileprivate mutating func drain(at now: UInt64 = 0) -> [String] {
    var order: [String] = []
    while let job = next(at: now).job {
      order.append(job)
      finished(took: nil)
    }
    return order
  }
}

@Suite struct HashingQueueTests {
  @Test func `lines take turns, and each keeps its order`() {
    var queue = queue()
    queue.queue([(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "c"), (6, "b")])
    #expect(queue.drain() == ["a1", "b4", "c5", "a2", "b6", "a3"])
    #expect(queue.waiting == 0 && queue.running == 0)
  }

  @Test func `who floods waits behind itself`() {
    var queue = queue(patience: 8, pace: second)
    queue.queue((0..<5).map { ($0, "flood") })
    #expect(queue.wait(inLine: "flood") == 5 * second)
    #expect(queue.wait(inLine: "fresh") == 1 * second)
  }

  /// In quarters of a second, one second being the pace.
  @Test(arguments: [(1, 0, 0), (1, 1, 4), (2, 1, 0), (2, 2, 2), (4, 4, 1), (4, 11, 8)])
  func `the wait is the jobs ahead over the threads`(threads: Int, running: Int, quarters: UInt64) {
    var queue = queue(threads: threads, pace: second)
    for id in 0..<UInt64(running) {
      _ = queue.admit("", id: id, line: "\(id)", at: 0)
      _ = queue.next(at: 0)
    }
    #expect(queue.wait(inLine: "new") == quarters * second / 4)
  }

  @Test(arguments: [(3, true), (4, false)])
  func `a job that cannot be started well before its deadline is refused at once`(ahead: Int, isQueued: Bool) {
    var queue = queue(patience: 4, pace: second)
    queue.queue((0..<UInt64(ahead)).map { ($0, "line\($0)") })
    #expect((queue.refusal(inLine: "x") == nil) == isQueued)
    switch queue.admit("x", id: 99, line: "x", at: 0) {
    case .queued: #expect(isQueued)
    case .refused(let wait): #expect(!isQueued && wait == UInt64(ahead) * second)
    }
  }

  @Test func `a full queue gives a newcomer the last place of the longest line`() {
    var queue = queue(capacity: 3)
    queue.queue([(1, "flood"), (2, "flood"), (3, "flood")])
    guard case .queued(let displaced) = queue.admit("guest4", id: 4, line: "guest", at: 0) else {
      Issue.record("the newcomer was refused")
      return
    }
    #expect(displaced == "flood3")
    #expect(queue.drain() == ["flood1", "guest4", "flood2"])
  }

  @Test func `a full queue refuses whoever would only take turns with equals`() {
    var queue = queue(capacity: 3)
    queue.queue([(1, "a"), (2, "b"), (3, "c")])
    for line in ["a", "d"] {
      guard case .refused = queue.admit("x", id: 9, line: line, at: 0) else {
        Issue.record("line \(line) was queued beyond the capacity")
        return
      }
    }
    #expect(queue.waiting == 3)
  }

  @Test func `a job past its deadline leaves unhashed`() {
    var queue = queue(patience: 5)
    queue.queue([(1, "a")], at: 0)
    queue.queue([(2, "a"), (3, "b")], at: 3 * second)
    let next = queue.next(at: 6 * second)
    #expect(next.overdue == ["a1"])
    #expect(next.job == "a2")
    #expect(queue.waiting == 1)
  }

  @Test func `a removed job does not run, and one that runs cannot be removed`() {
    var queue = queue()
    queue.queue([(1, "a"), (2, "b"), (3, "a")])
    #expect(queue.remove(id: 2) == "b2")
    #expect(queue.next(at: 0).job == "a1")
    #expect(queue.remove(id: 1) == nil)
    #expect(queue.drain() == ["a3"])
  }

  @Test func `the pace follows what is measured`() {
    var queue = queue(pace: 8000)
    queue.queue([(1, "a"), (2, "a")])
    _ = queue.next(at: 0)
    queue.finished(took: 16000)
    #expect(queue.pace == 9000)
    _ = queue.next(at: 0)
    queue.finished(took: nil)
    #expect(queue.pace == 9000)
  }
}
