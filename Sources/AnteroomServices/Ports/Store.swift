package import AnteroomCore

/// The store could not do its work. Never a refusal: nobody did anything wrong.
package enum StorageFault: Error, Hashable, Sendable {
  /// No space left: reads go on, changes are refused.
  case full
  /// A read or write failed, or the store is closing; whether the change is on disk is unknown until a
  /// restart, so the daemon stops after a failed commit.
  case unavailable(String)
}

/// Where everything durable is kept. There is one writer: closures that arrive together run one after
/// the other and are answered after one commit, each having seen what the ones before it did. That is
/// the lock around every decision.
package protocol Store: Sendable {
  /// Runs `body` in the writer's transaction and returns after it is on disk. What `body` throws undoes
  /// what it did, and nothing else.
  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws(StorageFault) -> Answer
  ) async throws(StorageFault) -> Answer

  /// Runs `body` on a snapshot of what is committed.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any Snapshot) throws(StorageFault) -> Answer
  ) async throws(StorageFault) -> Answer
}

/// What only a few things need of a store.
package protocol PatientStore: Store {
  /// As `read`, on a connection of its own: it may take its time and holds nobody up. One at a time.
  func readAtLength<Answer: Sendable>(
    _ body: @escaping @Sendable (any Snapshot) throws(StorageFault) -> Answer
  ) async throws(StorageFault) -> Answer

  /// Folds the log into the database and empties it, so that what was erased is in neither. Where a reader holds it
  /// back, it is done as soon as nobody does.
  func foldLog() async
}

/// A page of a list: the items and where the next page begins.
package struct Page<Item: Sendable>: Sendable {
  package let items: [Item]
  package let next: Int64?

  package init(items: [Item], next: Int64?) {
    self.items = items
    self.next = next
  }
}

/// What can be asked of the store.
package protocol Snapshot: AccountReading, SessionReading, MeetingReading, JoinReading, BanReading, InviteReading,
  ConsentReading, AttendanceReading, EventReading, AuditReading, NotificationReading,
  IdentityReading, ErasureReading, PersonReading, BudgetReading
{
  /// The time of this decision: the clock's, but never below the latest time that was stored.
  var now: Instant { get }
  /// What holds above the meetings.
  var policies: PolicyBook { get }
  /// The same rows as they would be judged at another time.
  func seen(at time: Instant) -> any Snapshot
}

/// What can be asked and changed, all or nothing.
package protocol Transaction: Snapshot, AccountWriting, SessionWriting, MeetingWriting, JoinWriting, BanWriting,
  InviteWriting, ConsentWriting, AttendanceWriting, EventWriting, AuditWriting, NotificationWriting,
  IdentityWriting, ErasureWriting, BudgetKeeping, IdempotencyKeeping
{}
