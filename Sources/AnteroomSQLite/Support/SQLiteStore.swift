package import AnteroomCore
package import AnteroomServices
import CSQLiteMemory
import Dispatch
import GRDB
import Glibc
import Synchronization

/// Why a store could not be opened; each says what to do.
package enum StoreOpeningFailure: Error, Sendable {
  case corrupt(String)
  /// Written by a newer version.
  case newerSchema
  /// `synchronous` reads something else than FULL: what is answered would not be on disk.
  case notDurable(Int)
  /// Everything keyed and sealed in it belongs to another root key.
  case otherRootKey(expected: String)
  case unavailable(String)
}

/// The store on SQLite: WAL, `synchronous=FULL`, one writer with group commit, one reader.
package final class SQLiteStore: PatientStore {
  private let writer: GroupCommit
  private let reader: DatabaseQueue
  private let readerStatements = StatementCache()
  private let readerQueue = DispatchQueue(label: "anteroom.store.reader")
  private let patientReader: DatabaseQueue
  private let patientStatements = StatementCache()
  private let patientQueue = DispatchQueue(label: "anteroom.store.patient-reader", qos: .utility)
  private let hasToFold = Atomic<Bool>(false)
  private let clock: any WallClock
  private let sealing: any AuditSealing
  private let policies: PolicyTable
  private let policyCache = PolicyCache()
  private let lifetime: SessionLifetime
  private let writerConnection: DatabaseQueue

  /// Opens or makes the database at `path`, checks it, brings its schema up, and asserts that commits
  /// are durable.
  ///
  /// - Parameter budgetCeiling: rows of budgets that are kept at most, over all pools.
  package init(
    path: String, rootKeyID: String, clock: any WallClock, sealing: any AuditSealing, randomness: any Randomness,
    policies: PolicyTable, lifetime: SessionLifetime, groupLimit: Int, budgetCeiling: Int,
    changed: Signal<EventTopic>,
    onFailedCommit: @escaping @Sendable (StorageFault) -> Void
  ) throws(StoreOpeningFailure) {
    SQLiteStore.settleMemory
    do {
      let connection = try DatabaseQueue(path: path, configuration: SQLiteStore.configuration(readOnly: false))
      try connection.writeWithoutTransaction { db in
        // GRDB lowers this to NORMAL in WAL mode after its own preparation: NORMAL loses commits that
        // were answered when the power goes.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try SQLiteStore.check(db)
      }
      try SQLiteStore.migrate(connection, path: path)
      let head = try connection.writeWithoutTransaction { db in
        try SQLiteStore.claim(db, rootKeyID)
        let head = try SQLiteStore.head(db)
        try Statements(db, StatementCache()).settleReservations(at: max(clock.now(), head.time))
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
        guard synchronous == 2 else { throw StoreOpeningFailure.notDurable(synchronous) }
        return head
      }
      reader = try DatabaseQueue(path: path, configuration: SQLiteStore.configuration(readOnly: true))
      patientReader = try DatabaseQueue(path: path, configuration: SQLiteStore.configuration(readOnly: true))
      writerConnection = connection
      self.clock = clock
      self.sealing = sealing
      self.policies = policies
      self.lifetime = lifetime
      writer = GroupCommit(
        connection: connection, clock: clock, sealing: sealing, policies: policies, policyCache: policyCache,
        lifetime: lifetime, nonces: randomness,
        tree: head.tree, latest: head.time, limit: groupLimit, budgetCeiling: budgetCeiling,
        changed: changed, onFailedCommit: onFailedCommit)
    } catch let failure as StoreOpeningFailure {
      throw failure
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB {
      throw .corrupt("SQLite says \(error.resultCode)")
    } catch {
      throw .unavailable(String(describing: error))
    }
  }

  /// Before the first connection. Nobody asks how much SQLite has allocated, and to count it costs each of a join's
  /// many small allocations a lock; too late, it goes on counting.
  private static let settleMemory: Void = { _ = anteroom_sqlite_counts_no_memory() }()

  private static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.foreignKeysEnabled = true
    configuration.journalMode = readOnly ? .default : .wal
    configuration.busyMode = .timeout(5)
    // Statements carry people's names; an error must not print them.
    configuration.publicStatementArguments = false
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA secure_delete = ON")
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
      try db.execute(sql: "PRAGMA cache_size = -65536")
      try db.execute(sql: "PRAGMA mmap_size = 0")
      // 32 MiB of log before it is folded into the database: pages that every commit touches are then
      // written there once and not each time.
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 8192")
    }
    return configuration
  }

  private static func check(_ db: Database) throws {
    let problems = try String.fetchAll(db, sql: "PRAGMA quick_check(10)")
    guard problems == ["ok"] else { throw StoreOpeningFailure.corrupt(problems.joined(separator: "; ")) }
  }

  private static func migrate(_ connection: DatabaseQueue, path: String) throws {
    let migrator = Schema.migrator
    let (isNewer, isComplete, last) = try connection.read { db in
      (
        try migrator.hasBeenSuperseded(db), try migrator.hasCompletedMigrations(db),
        try migrator.appliedIdentifiers(db).max()
      )
    }
    if isNewer { throw StoreOpeningFailure.newerSchema }
    if let last, !isComplete {
      // A copy from before, beside the database, in case the new schema has to be given up. One of the same
      // name is of an attempt that did not come to its end.
      let copy = path + ".before-" + last.prefix { $0 != " " }
      _ = unsafe unlink(copy)
      try connection.vacuum(into: copy)
    }
    try migrator.migrate(connection)
  }

  /// The first start writes which root key the store belongs to; another key is refused, since nothing
  /// would compare and nothing open, and every new row would be lost to the right one.
  private static func claim(_ db: Database, _ rootKeyID: String) throws {
    try db.execute(
      sql: "INSERT INTO root_key (one, id) VALUES (1, ?) ON CONFLICT DO NOTHING", arguments: [rootKeyID])
    let owner = try String.fetchOne(db, sql: "SELECT id FROM root_key") ?? ""
    if owner != rootKeyID { throw StoreOpeningFailure.otherRootKey(expected: owner) }
  }

  private static func head(_ db: Database) throws -> (tree: AuditTree, time: Instant) {
    let head = try Statements(db, StatementCache()).one("SELECT size, peaks, time FROM audit_head", []) { row in
      (size: row.integer(0), peaks: SQLiteSnapshot.peaks(row.blob(1)), time: row.time(2))
    }
    guard let head else { return (AuditTree(), Instant(milliseconds: 0)) }
    guard let tree = AuditTree(size: head.size, peaks: head.peaks) else {
      throw StoreOpeningFailure.corrupt("the head of the audit's tree is damaged")
    }
    return (tree, head.time)
  }

  package func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws(StorageFault) -> Answer
  ) async throws(StorageFault) -> Answer {
    let result = await withCheckedContinuation { continuation in
      writer.submit(body) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  package func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any Snapshot) throws(StorageFault) -> Answer
  ) async throws(StorageFault) -> Answer {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<Answer, StorageFault>, Never>) in
      readerQueue.async { [self] in
        continuation.resume(returning: readNow(reader, readerStatements, body))
      }
    }
    return try result.get()
  }

  package func readAtLength<Answer: Sendable>(
    _ body: @escaping @Sendable (any Snapshot) throws(StorageFault) -> Answer
  ) async throws(StorageFault) -> Answer {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<Answer, StorageFault>, Never>) in
      patientQueue.async { [self] in
        continuation.resume(returning: readNow(patientReader, patientStatements, body))
      }
    }
    return try result.get()
  }

  package func foldLog() async {
    hasToFold.store(true, ordering: .releasing)
    await foldLogIfDue()
  }

  /// What `foldLog` could not do while somebody was reading.
  package func foldLogIfDue() async {
    guard hasToFold.exchange(false, ordering: .acquiringAndReleasing) else { return }
    let isDone = await withCheckedContinuation { continuation in
      writer.fold { continuation.resume(returning: $0) }
    }
    if !isDone { hasToFold.store(true, ordering: .releasing) }
  }

  /// The time of decisions: the clock's, and never below the latest that any was made at.
  package var now: Instant { max(clock.now(), writer.latest) }

  /// By how many seconds the clock is behind that.
  package var secondsAheadOfClock: Int { Int(now.milliseconds(since: clock.now()) / 1000) }

  private func readNow<Answer: Sendable>(
    _ reader: DatabaseQueue, _ statements: StatementCache, _ body: (any Snapshot) throws(StorageFault) -> Answer
  ) -> Result<Answer, StorageFault> {
    do {
      return try reader.read { db in
        let snapshot = SQLiteSnapshot(
          Statements(db, statements), now: now, sealing: sealing,
          policies: policies.current, policyCache: policyCache, lifetime: lifetime)
        do throws(StorageFault) {
          return .success(try body(snapshot))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      return .failure(StorageFault(error))
    }
  }

  /// Ends the writer after what was submitted, and folds the log into the database.
  package func close() async {
    await withCheckedContinuation { continuation in
      writer.finish { continuation.resume() }
    }
  }

  /// What `GET /v1/status` says of the store.
  package struct Facts: Sendable {
    package let synchronous: Int
    package let journalMode: String
    package let sizeBytes: Int
    package let schema: String
  }

  package func facts() async throws(StorageFault) -> Facts {
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<Facts, StorageFault>, Never>) in
      // It waits for the writer, and so on no thread of a caller.
      readerQueue.async { [self] in
        do throws(StorageFault) {
          continuation.resume(returning: .success(try factsNow()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  private func factsNow() throws(StorageFault) -> Facts {
    do {
      return try writerConnection.writeWithoutTransaction { db in
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        return Facts(
          synchronous: try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1,
          journalMode: try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "", sizeBytes: pages * pageSize,
          schema: try Schema.migrator.appliedIdentifiers(db).max() ?? "")
      }
    } catch {
      throw StorageFault(error)
    }
  }
}
