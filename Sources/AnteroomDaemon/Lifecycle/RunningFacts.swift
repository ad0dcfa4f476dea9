package import AnteroomCore
import AnteroomSQLite
package import AnteroomServices
import Synchronization

/// What the running daemon knows of itself.
package final class RunningFacts: OperationFacts {
  private let store: SQLiteStore
  private let hashing: any PasswordHashing
  private let clock: any WallClock
  private let startedAt: Instant
  private let serving = Atomic<Bool>(true)

  init(store: SQLiteStore, hashing: any PasswordHashing, clock: any WallClock) {
    self.store = store
    self.hashing = hashing
    self.clock = clock
    startedAt = clock.now()
  }

  package var version: String { Version.text }
  package var now: Instant { clock.now() }
  package var isServing: Bool { serving.load(ordering: .relaxed) }

  package func stopServing() { serving.store(false, ordering: .relaxed) }

  package func status() async throws(StorageFault) -> OperationStatus {
    let facts = try await store.facts()
    let counts = try await store.read { snapshot throws(StorageFault) in
      let meetings = try snapshot.meetingCount()
      return (
        accounts: try snapshot.accountCount(), sessions: try snapshot.sessionCount(), meetings: meetings.meetings,
        waiting: meetings.waiting, audit: try snapshot.auditHead()?.tree.size ?? 0,
        unconfirmed: try snapshot.unconfirmedRevocationCount()
      )
    }
    return OperationStatus(
      startedAt: startedAt, schema: facts.schema, synchronous: facts.synchronous == 2 ? "FULL" : "NOT FULL",
      journalMode: facts.journalMode, storeBytes: facts.sizeBytes, hashing: hashing.load, accounts: counts.accounts,
      sessions: counts.sessions, meetings: counts.meetings, waiting: counts.waiting, auditSize: counts.audit,
      warnings: warnings(unconfirmedRevocations: counts.unconfirmed))
  }

  private func warnings(unconfirmedRevocations: Int) -> [String] {
    var warnings: [String] = []
    if unconfirmedRevocations > 0 {
      warnings.append(
        "revocation.unconfirmed: \(unconfirmedRevocations) times no front end said that it put somebody out")
    }
    if let seconds = secondsBehind {
      warnings.append(
        "clock.behind: the clock is \(seconds) s behind the latest decision; until it has caught up nothing expires, and "
          + "one-time codes and offline grants are refused. Set it right, or wait.")
    }
    return warnings
  }

  /// How far the clock is behind the time of decisions, where that is more than clocks are corrected by as a rule.
  var secondsBehind: Int? {
    let seconds = store.secondsAheadOfClock
    return seconds > 5 ? seconds : nil
  }
}
