import AnteroomServices
import Testing

@testable import AnteroomCrypto

/// One thread, held by a job that ends when the gate is opened: what is queued meanwhile stays queued.
private func withHeldPool(
  capacity: Int = 64, _ body: (HashingPool, WakeUp, Task<HashingAnswer, Never>) async -> Void
) async throws {
  let pool = try HashingPool(
    threads: 1, capacity: capacity, patienceSeconds: 60, arenaBytes: 1 << 20, firstPace: 1_000_000,
    randomness: SeededRandomness())
  let gate = WakeUp()
  let held = Task {
    await pool.run(line: "held") {
      gate.wait()
      return .verified(.mismatch)
    }
  }
  while pool.load.running < 1 { await Task.yield() }
  await body(pool, gate, held)
  gate.post()
  _ = await held.value
  pool.shutDown()
}

extension HashingPool {
  fileprivate func queue(_ count: Int) async -> [Task<HashingAnswer, Never>] {
    let tasks = (0..<count).map { _ in Task { await run(line: "line") { .verified(.corrupt) } } }
    while load.waiting < count { await Task.yield() }
    return tasks
  }
}

extension HashingAnswer {
  fileprivate var retryAfter: Int? { if case .refused(.busy(let seconds)) = self { seconds } else { nil } }
  fileprivate var isShuttingDown: Bool { if case .refused(.shuttingDown) = self { true } else { false } }
  fileprivate var isDone: Bool { if case .refused = self { false } else { true } }
}

@Suite struct HashingPoolTests {
  @Test func `a cancelled task's job leaves the queue unhashed and the others run`() async throws {
    try await withHeldPool { pool, gate, _ in
      let tasks = await pool.queue(8)
      for task in tasks.prefix(5) { task.cancel() }
      for task in tasks.prefix(5) { #expect(await task.value.retryAfter != nil) }
      #expect(pool.load.waiting == 3 && pool.load.running == 1)
      gate.post()
      for task in tasks.suffix(3) { #expect(await task.value.isDone) }
    }
  }

  @Test func `a running job keeps its thread when its client leaves`() async throws {
    try await withHeldPool { pool, gate, held in
      held.cancel()
      #expect(pool.load.running == 1)
      gate.post()
      #expect(await held.value.isDone)
    }
  }

  @Test func `a task cancelled before it comes is not queued`() async throws {
    try await withHeldPool { pool, _, _ in
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        return await pool.run(line: "late") { .verified(.mismatch) }
      }
      task.cancel()
      #expect(await task.value.retryAfter != nil)
      #expect(pool.load.waiting == 0)
    }
  }

  @Test func `more than the queue holds is refused at once with a time to come back`() async throws {
    try await withHeldPool(capacity: 2) { pool, gate, _ in
      let tasks = await pool.queue(2)
      for _ in 0..<8 {
        let refused = await pool.run(line: "line") { .verified(.mismatch) }
        #expect((1...2).contains(refused.retryAfter ?? 0))
      }
      gate.post()
      for task in tasks { #expect(await task.value.isDone) }
    }
  }

  @Test func `after the shutdown what waits and what comes is refused, and what runs is answered`() async throws {
    try await withHeldPool { pool, gate, held in
      let tasks = await pool.queue(4)
      pool.shutDown()
      for task in tasks { #expect(await task.value.isShuttingDown) }
      #expect(await pool.run(line: "late") { .verified(.mismatch) }.isShuttingDown)
      gate.post()
      #expect(await held.value.isDone)
    }
  }

  @Test func `a fault of the library is busy, not an answer`() async throws {
    try await withHeldPool { pool, gate, _ in
      gate.post()
      let answer = await pool.run(line: "line") { () throws(Argon2.Fault) in throw Argon2.Fault(code: -22) }
      #expect(answer.retryAfter != nil)
    }
  }
}
