import AnteroomCore
import Synchronization

/// Where attempts stand whose budget is merely reserved by others: for each budget a line, in the order of arrival,
/// within the hashing queue's deadline.
///
/// Nothing durable is here. Whoever is called asks the store again, so that a call too many costs one look; and only
/// so many are called as can be reserved, so that two hundred who wait cost two hundred looks and not their square.
package final class AttemptQueue: Sendable {
  private struct Standing {
    var line: Digest?
    /// Called to ask again, and not back in line since.
    var isCalled = false
    /// Let go by the deadline, or since nobody waits for its answer any more.
    var isReleased = false
    var waiter: CheckedContinuation<Bool, Never>?
  }

  private struct State {
    var last: UInt64 = 0
    /// By number of arrival: the smaller comes first.
    var standings: [UInt64: Standing] = [:]
    var lines: [Digest: [UInt64]] = [:]
    /// Reservations whose settling the store refused, as with a full disk: the next attempt settles them.
    var owed: [BudgetBucket] = []
  }

  private let state = Mutex(State())
  /// So many stand in one line; more would not have their turn in time.
  private let capacity: Int
  private let seconds: Int

  /// When to try again where no line takes more and no row can be forgotten.
  static let secondsWhenFull = 30

  /// - Parameter capacity: the most that stand before one budget.
  /// - Parameter seconds: how long each may stand.
  package init(capacity: Int, seconds: Int) {
    self.capacity = capacity
    self.seconds = seconds
  }

  /// Joins the queue without standing in any line yet.
  func arrive() -> AttemptTurn {
    let number = state.withLock { state in
      state.last += 1
      state.standings[state.last] = Standing()
      return state.last
    }
    return AttemptTurn(queue: self, number: number)
  }

  /// How many stand in lines, for tests.
  package var count: Int { state.withLock { $0.lines.values.reduce(0) { $0 + $1.count } } }

  /// Lets everybody ask again: a bar was lifted by hand.
  package func callAll() {
    for key in state.withLock({ Array($0.lines.keys) }) { call(key, .max) }
  }

  fileprivate func owe(_ buckets: [BudgetBucket]) { state.withLock { $0.owed += buckets } }

  fileprivate func takeOwed() -> [BudgetBucket] {
    state.withLock { state in
      defer { state.owed = [] }
      return state.owed
    }
  }

  /// Whether somebody came before and has still to be decided here.
  fileprivate func isBehind(_ number: UInt64, in key: Digest) -> Bool {
    state.withLock { ($0.lines[key]?.first).map { $0 < number } ?? false }
  }

  /// Takes the place that its arrival gives it; false where the line is full.
  fileprivate func stand(_ number: UInt64, in key: Digest) -> Bool {
    state.withLock { state in
      if state.standings[number]?.line == key {
        state.standings[number]?.isCalled = false
        return true
      }
      AttemptQueue.remove(number, &state)?.resume(returning: true)
      var line = state.lines[key] ?? []
      guard line.count < capacity else { return false }
      line.insert(number, at: line.firstIndex { $0 > number } ?? line.endIndex)
      state.lines[key] = line
      state.standings[number]?.line = key
      state.standings[number]?.isCalled = false
      return true
    }
  }

  /// Calls the first of a line, so many that with those already called there are `room`.
  fileprivate func call(_ key: Digest, _ room: Int) {
    let waiters = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
      var left = room
      var called: [CheckedContinuation<Bool, Never>] = []
      for number in state.lines[key] ?? [] where left > 0 {
        left -= 1
        if let waiter = AttemptQueue.call(number, &state) { called.append(waiter) }
      }
      return called
    }
    for waiter in waiters { waiter.resume(returning: true) }
  }

  private static func call(_ number: UInt64, _ state: inout State) -> CheckedContinuation<Bool, Never>? {
    guard state.standings[number]?.isCalled == false else { return nil }
    state.standings[number]?.isCalled = true
    return state.standings[number]?.waiter.take()
  }

  /// Out of its line. One who was called and makes no use of it passes the call on.
  private static func remove(_ number: UInt64, _ state: inout State) -> CheckedContinuation<Bool, Never>? {
    guard let standing = state.standings[number], let key = standing.line else { return nil }
    state.standings[number]?.line = nil
    state.lines[key]?.removeAll { $0 == number }
    if state.lines[key]?.isEmpty ?? true { state.lines[key] = nil }
    guard standing.isCalled,
      let next = state.lines[key]?.first(where: { state.standings[$0]?.isCalled == false })
    else { return nil }
    return call(next, &state)
  }

  /// - Parameter isUsed: whether the call that it may have had is made use of, and not to be passed on.
  fileprivate func leave(_ number: UInt64, isUsed: Bool = false) {
    let next = state.withLock { state in
      if isUsed { state.standings[number]?.isCalled = false }
      defer { state.standings[number] = nil }
      return AttemptQueue.remove(number, &state)
    }
    next?.resume(returning: true)
  }

  /// True when called; false when it is not worth standing any longer.
  fileprivate func wait(_ number: UInt64) async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          guard let standing = state.standings[number], !standing.isReleased, !Task.isCancelled else { return false }
          if standing.isCalled { return true }
          state.standings[number]?.waiter = continuation
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      release(number)
    }
  }

  fileprivate func release(_ number: UInt64) {
    let waiter = state.withLock { state in
      state.standings[number]?.isReleased = true
      return state.standings[number]?.waiter.take()
    }
    waiter?.resume(returning: false)
  }

  fileprivate func deadline(of number: UInt64) -> Task<Void, Never> {
    Task { [seconds, weak self] in
      guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
      self?.release(number)
    }
  }
}

/// One attempt on its way through the budgets: its place in the queue, and what it has reserved.
final class AttemptTurn: Sendable {
  private struct Held {
    var buckets: [BudgetBucket] = []
    /// How many more could be reserved in what this attempt changed last, as its transaction saw it.
    var rooms: [Digest: Int] = [:]
    var isSettled = false
    /// Others' reservations that this attempt settles beside its own.
    var owed: [BudgetBucket] = []
    /// Whether its transaction did: it may have refused before it came to reserving.
    var hasSettledOwed = false
  }

  private let queue: AttemptQueue
  private let number: UInt64
  private let held = Mutex(Held())

  fileprivate init(queue: AttemptQueue, number: UInt64) {
    self.queue = queue
    self.number = number
  }

  /// What it has reserved and not settled.
  var buckets: [BudgetBucket] { held.withLock { $0.buckets } }

  /// Reservations that nobody will settle any more.
  var owed: [BudgetBucket] { held.withLock { $0.owed } }

  /// Asks until there is an answer other than that others are undecided (nil). Nil when the deadline passed or the
  /// client left: then nothing is reserved.
  func take<Answer: Sendable>(
    _ ask: () async throws(StorageFault) -> Answer?
  ) async throws(StorageFault) -> Answer? {
    var deadline: Task<Void, Never>?
    defer { deadline?.cancel() }
    let owed = queue.takeOwed()
    held.withLock { $0.owed = owed }
    // Settled or not, by the answer that it came to: what is left of it is owed on.
    defer { queue.owe(held.withLock { $0.owed }) }
    while true {
      let answer: Answer?
      do throws(StorageFault) {
        answer = try await ask()
      } catch {
        held.withLock { held in held = Held(owed: held.owed) }
        throw error
      }
      held.withLock { held in if held.hasSettledOwed { held.owed = [] } }
      if let answer {
        queue.leave(number, isUsed: !buckets.isEmpty)
        tellRooms()
        return answer
      }
      if deadline == nil { deadline = queue.deadline(of: number) }
      guard await queue.wait(number) else { return nil }
    }
  }

  /// To be called whatever came of it, after the last transaction.
  func leave() {
    queue.leave(number)
    tellRooms()
    queue.owe(held.withLock { $0.isSettled ? [] : $0.buckets })
  }

  /// What it reserved is settled on disk.
  func settled() { held.withLock { $0.isSettled = true } }

  private func tellRooms() {
    let rooms = held.withLock { held in
      defer { held.rooms = [:] }
      return held.rooms
    }
    for (key, room) in rooms { queue.call(key, room) }
  }

  // What follows is called inside a transaction's closure, which may run twice when its group fails: each only says
  // where this attempt stands, and the last word holds.

  func isBehind(in key: Digest) -> Bool { queue.isBehind(number, in: key) }
  func stand(in key: Digest) -> Bool { queue.stand(number, in: key) }

  /// Nothing was reserved in this run of the closure yet, whatever one before it did.
  func begin() {
    held.withLock { held in
      held.buckets = []
      held.rooms = [:]
      held.hasSettledOwed = false
    }
  }

  func settlesOwed() { held.withLock { $0.hasSettledOwed = true } }

  func hold(_ buckets: [BudgetBucket], rooms: [Digest: Int]) {
    held.withLock { held in
      held.buckets = buckets
      held.rooms = rooms
    }
  }
}
