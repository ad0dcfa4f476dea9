import AnteroomCore
import AnteroomServices
import GRDB

/// What one closure sees of the store. It exists only while the closure runs.
class SQLiteSnapshot: Snapshot {
  let db: Statements
  private(set) var now: Instant
  let sealing: any AuditSealing
  /// What holds for meetings, as it is configured while the closure runs.
  private(set) var policies: PolicyBook
  let policyCache: PolicyCache
  /// What sessions are limited by, however long they were to last when they began.
  let lifetime: SessionLifetime

  init(
    _ db: Statements, now: Instant, sealing: any AuditSealing, policies: PolicyBook, policyCache: PolicyCache,
    lifetime: SessionLifetime
  ) {
    self.db = db
    self.now = now
    self.sealing = sealing
    self.policies = policies
    self.policyCache = policyCache
    self.lifetime = lifetime
  }

  func seen(at time: Instant) -> any Snapshot {
    SQLiteSnapshot(
      db, now: time, sealing: sealing, policies: policies, policyCache: policyCache, lifetime: lifetime)
  }

  func begin(at time: Instant, policies: PolicyBook) {
    now = time
    self.policies = policies
  }
}

/// What one closure sees and changes.
final class SQLiteTransaction: SQLiteSnapshot, Transaction {
  let nonces: any Randomness
  /// Of each pool.
  let budgetCeiling: Int
  /// The audit's tree with the leaves that this transaction has added.
  var tree: AuditTree
  /// Who is to be woken once this is on disk.
  var woken: Set<EventTopic> = []
  /// The number of the last event, asked once.
  var lastNumber: Int64?

  init(
    _ db: Statements, now: Instant, tree: AuditTree, sealing: any AuditSealing, policies: PolicyBook,
    policyCache: PolicyCache, lifetime: SessionLifetime, nonces: any Randomness, budgetCeiling: Int
  ) {
    self.budgetCeiling = budgetCeiling
    self.tree = tree
    self.nonces = nonces
    super.init(
      db, now: now, sealing: sealing, policies: policies, policyCache: policyCache, lifetime: lifetime)
  }

  func wake(_ topic: EventTopic) { woken.insert(topic) }
}
