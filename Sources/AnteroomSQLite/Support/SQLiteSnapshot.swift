import AnteroomCore
import AnteroomServices
import GRDB

/// What one closure sees of the store. It exists only while the closure runs.
class SQLiteSnapshot: Snapshot {
  let db: Statements
  private(set) var now: Instant
  let sealing: any AuditSealing

  init(_ db: Statements, now: Instant, sealing: any AuditSealing) {
    self.db = db
    self.now = now
    self.sealing = sealing
  }

  func begin(at time: Instant) { now = time }
}

/// What one closure sees and changes.
final class SQLiteTransaction: SQLiteSnapshot, Transaction {
  let nonces: any Randomness
  /// The audit's tree with the leaves that this transaction has added.
  var tree: AuditTree
  /// Who is to be woken once this is on disk.
  var woken: Set<EventTopic> = []
  /// The number of the last event, asked once.
  var lastNumber: Int64?

  init(_ db: Statements, now: Instant, tree: AuditTree, sealing: any AuditSealing, nonces: any Randomness) {
    self.tree = tree
    self.nonces = nonces
    super.init(db, now: now, sealing: sealing)
  }

  func wake(_ topic: EventTopic) { woken.insert(topic) }
}
