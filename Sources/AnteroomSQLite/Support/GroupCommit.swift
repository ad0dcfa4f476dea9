import AnteroomCore
import AnteroomServices
import Dispatch
import GRDB
import Synchronization

/// One writer. Closures that arrive together run one after the other in one `BEGIN IMMEDIATE … COMMIT`;
/// every caller is answered after the commit, so that each sees what those before it did and no answer
/// is given that a power cut could take back.
///
/// When one of them fails, nothing of the group is kept and each runs again in a transaction of its own:
/// a closure has no effect but through its transaction.
final class GroupCommit: Sendable {
  /// A closure with its caller: `run` keeps the answer, `finish` gives it.
  private struct Job: Sendable {
    let run: @Sendable (SQLiteTransaction) throws(StorageFault) -> Void
    let finish: @Sendable (StorageFault?) -> Void
  }

  private struct State: Sendable {
    var jobs: [Job] = []
    var isDraining = false
    var failure: StorageFault?
  }

  private let state = Mutex(State())
  /// The committed tree and the latest time of any decision: touched by the writer's queue alone, and
  /// read by readers as one word.
  private let tree: Mutex<AuditTree>
  private let latestMilliseconds: Atomic<Int64>
  private let queue = DispatchQueue(label: "anteroom.store.writer", qos: .userInitiated)
  private let connection: DatabaseQueue
  private let statements = StatementCache()
  private let clock: any WallClock
  private let sealing: any AuditSealing
  private let policies: PolicyTable
  private let policyCache: PolicyCache
  private let lifetime: SessionLifetime
  private let nonces: any Randomness
  private let limit: Int
  private let budgetCeiling: Int
  /// Fired with what a commit changed, after it.
  private let changed: Signal<EventTopic>
  private let onFailedCommit: @Sendable (StorageFault) -> Void

  init(
    connection: DatabaseQueue, clock: any WallClock, sealing: any AuditSealing, policies: PolicyTable,
    policyCache: PolicyCache, lifetime: SessionLifetime, nonces: any Randomness, tree: AuditTree, latest: Instant,
    limit: Int, budgetCeiling: Int, changed: Signal<EventTopic>,
    onFailedCommit: @escaping @Sendable (StorageFault) -> Void
  ) {
    self.connection = connection
    self.clock = clock
    self.sealing = sealing
    self.policies = policies
    self.policyCache = policyCache
    self.lifetime = lifetime
    self.nonces = nonces
    self.tree = Mutex(tree)
    self.latestMilliseconds = Atomic(latest.milliseconds)
    self.limit = limit
    self.budgetCeiling = budgetCeiling
    self.changed = changed
    self.onFailedCommit = onFailedCommit
  }

  var latest: Instant { Instant(milliseconds: latestMilliseconds.load(ordering: .acquiring)) }

  func submit<Answer: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws(StorageFault) -> Answer,
    _ answer: @escaping @Sendable (Result<Answer, StorageFault>) -> Void
  ) {
    let held = Held<Answer>()
    let job = Job(
      run: { tx throws(StorageFault) in
        let value = try body(tx)
        held.slot.withLock { $0 = value }
      },
      finish: { fault in
        if let fault { return answer(.failure(fault)) }
        let value = held.slot.withLock { $0.take() }
        answer(value.map(Result.success) ?? .failure(.unavailable("the closure did not run")))
      })
    enqueue(job)
  }

  /// A lock on the heap, so that two closures can share it.
  private final class Held<Value: Sendable>: Sendable {
    let slot = Mutex<Value?>(nil)
  }

  func finish(_ done: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      try? connection.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
      done()
    }
  }

  /// Folds the log into the database and empties it; false where a reader holds it back. Nobody waits long for it: the
  /// writer would.
  func fold(_ done: @escaping @Sendable (Bool) -> Void) {
    queue.async { [self] in
      let isDone = try? connection.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA busy_timeout = 100")
        defer { try? db.execute(sql: "PRAGMA busy_timeout = 5000") }
        _ = try db.checkpoint(.truncate)
        return true
      }
      done(isDone ?? false)
    }
  }

  private func enqueue(_ job: Job) {
    let (starts, failure) = state.withLock { state -> (Bool, StorageFault?) in
      if let failure = state.failure { return (false, failure) }
      state.jobs.append(job)
      defer { state.isDraining = true }
      return (!state.isDraining, nil)
    }
    if let failure { return job.finish(failure) }
    if starts { queue.async { [self] in drain() } }
  }

  private func drain() {
    while true {
      let batch = state.withLock { state -> [Job] in
        if state.jobs.isEmpty {
          state.isDraining = false
          return []
        }
        let batch = Array(state.jobs.prefix(limit))
        state.jobs.removeFirst(batch.count)
        return batch
      }
      if batch.isEmpty { return }
      commit(batch)
    }
  }

  private func commit(_ batch: [Job]) {
    if batch.count > 1, failure == nil, attempt(batch) == nil {
      for job in batch { job.finish(nil) }
      return
    }
    // After a failed commit nothing runs again: what is on disk is known after a restart.
    for job in batch { job.finish(failure ?? attempt([job])) }
  }

  private var failure: StorageFault? { state.withLock { $0.failure } }

  /// Runs the jobs in one transaction; the fault that undid it, if one did.
  private func attempt(_ jobs: [Job]) -> StorageFault? {
    let committed = tree.withLock { $0 }
    var failedCommit: StorageFault?
    do {
      let result = try connection.writeWithoutTransaction { db -> Result<SQLiteTransaction, StorageFault> in
        let tx = SQLiteTransaction(
          Statements(db, statements), now: latest, tree: committed, sealing: sealing, policies: policies.current,
          policyCache: policyCache, lifetime: lifetime, nonces: nonces,
          budgetCeiling: budgetCeiling / BudgetPool.allCases.count)
        do throws(StorageFault) {
          try GroupCommit.begin(db)
          for job in jobs {
            tx.begin(at: max(clock.now(), tx.now), policies: policies.current)
            try job.run(tx)
          }
          try tx.saveHead()
        } catch {
          try db.rollback()
          return .failure(error)
        }
        do {
          try db.commit()
        } catch {
          // Whether it is on disk is unknown; going on could answer from a state that a power cut takes back.
          let fault = StorageFault(error)
          if fault != .full { failedCommit = fault }
          try? db.rollback()
          return .failure(fault)
        }
        return .success(tx)
      }
      switch result {
      case .success(let tx):
        tree.withLock { $0 = tx.tree }
        latestMilliseconds.store(tx.now.milliseconds, ordering: .releasing)
        changed.fire(Array(tx.woken))
        return nil
      case .failure(let fault):
        if let failedCommit { stop(failedCommit) }
        return fault
      }
    } catch {
      let fault = StorageFault(error)
      stop(fault)
      return fault
    }
  }

  private static func begin(_ db: Database) throws(StorageFault) {
    do {
      try db.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
    } catch {
      throw StorageFault(error)
    }
  }

  /// After a failed sync nothing more is decided.
  private func stop(_ fault: StorageFault) {
    state.withLock { $0.failure = fault }
    onFailedCommit(fault)
  }
}
