import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Foundation
import Testing

/// What any store owes its callers, shown on the one that there is.
@Suite struct StoreTests {
  private func inTemporaryPlace<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.appendingPathComponent("anteroom.db").path)
  }

  private static let key = Digest([UInt8](repeating: 1, count: 32))

  private static func bucket(_ key: Digest) -> BudgetBucket {
    BudgetBucket(kind: .source, key: key, rule: .window(limit: 5, seconds: 60), name: nil, source: nil)
  }

  private static func reserve(_ tx: any Transaction, failures: Int, reserved: Int) throws(StorageFault) {
    let budget = AttemptBudget(failures: failures, reserved: reserved, windowStart: tx.now, lastFailure: tx.now)
    try tx.save(budget, of: bucket(key))
  }

  @Test func `a closure that throws undoes itself and nothing of those beside it`() async throws {
    try await inTemporaryPlace { path in
      let site = try Site(path: path)
      let store = site.composition.store
      let outcomes = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask {
            let result: Void? = try? await store.write { tx throws(StorageFault) in
              let digest = Digest([UInt8](repeating: UInt8(number), count: 32))
              let failed = AttemptBudget(failures: 1, reserved: 0, windowStart: tx.now, lastFailure: tx.now)
              try tx.save(failed, of: StoreTests.bucket(digest))
              if number.isMultiple(of: 4) { throw .unavailable("on purpose") }
            }
            return result != nil
          }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(outcomes == 30)
      for number in 0..<40 {
        let found = try await store.write { tx throws(StorageFault) in
          try tx.budget(Digest([UInt8](repeating: UInt8(number), count: 32))) != nil
        }
        #expect(found == !number.isMultiple(of: 4), "closure \(number)")
      }
      await site.close()
    }
  }

  @Test func `attempts that were being tested when the daemon died count as failed`() async throws {
    try await inTemporaryPlace { path in
      let first = try Site(path: path)
      try await first.composition.store.write { tx throws(StorageFault) in
        try StoreTests.reserve(tx, failures: 2, reserved: 3)
      }
      await first.close()
      let second = try Site(path: path)
      let budget = try await second.composition.store.write { tx throws(StorageFault) in
        try tx.budget(StoreTests.key)
      }
      #expect(budget?.failures == 5)
      #expect(budget?.reserved == 0)
      await second.close()
    }
  }

  @Test func `the time of decisions does not go back when the clock does`() async throws {
    try await inTemporaryPlace { path in
      let first = try Site(path: path, clock: HandClock(Instant(seconds: 2_000_000_000)))
      let before = try await first.composition.store.write { tx throws(StorageFault) in tx.now }
      await first.close()
      let second = try Site(path: path, clock: HandClock(Instant(seconds: 1_000_000_000)))
      let after = try await second.composition.store.write { tx throws(StorageFault) in tx.now }
      let read = try await second.composition.store.read { snapshot throws(StorageFault) in snapshot.now }
      #expect(before == Instant(seconds: 2_000_000_000))
      #expect(after >= before)
      #expect(read >= before)
      await second.close()
    }
  }

  @Test func `a store refuses a root key that is not its own, and says which code to leave with`() async throws {
    try await inTemporaryPlace { path in
      let site = try Site(path: path)
      await site.close()
      do {
        _ = try Site(path: path, key: 8)
        Issue.record("another root key was taken")
      } catch let failure as StartFailure {
        #expect(failure.exitCode == 10)
      }
    }
  }

  @Test func `commits are durable: synchronous reads FULL and the journal is a write-ahead log`() async throws {
    try await inTemporaryPlace { path in
      let site = try Site(path: path)
      let facts = try await site.composition.store.facts()
      #expect(facts.synchronous == 2)
      #expect(facts.journalMode == "wal")
      await site.close()
    }
  }

  @Test func `a statement that failed says only its code, and serves again`() async throws {
    try await inTemporaryPlace { path in
      let site = try Site(path: path)
      let store = site.composition.store
      let nobody = AccountID(known: "acct_00000000000000000000000000")
      let somebody = AccountID(known: "acct_11111111111111111111111111")
      let code = SetupCode(digest: StoreTests.key, expiresAt: Instant(seconds: 4_000_000_000))
      for _ in 0..<3 {
        let fault = await #expect(throws: StorageFault.self) {
          try await store.write { tx throws(StorageFault) in try tx.setSetupCode(code, of: nobody) }
        }
        // SQLITE_CONSTRAINT_FOREIGNKEY
        let text = String(describing: fault)
        #expect(text.contains("(787)"))
        #expect(!text.contains("acct_") && !text.contains("setup_codes"))
      }
      let found = try await store.write { tx throws(StorageFault) in
        let account = Account(
          id: somebody, username: Username(known: "ada"), displayName: DisplayName(known: "Ada"), isHost: false,
          vouched: false, disabled: false, hasSecondFactor: false, createdAt: tx.now, lastSignInAt: nil, version: 1)
        _ = try tx.insert(account, salt: [UInt8](repeating: 2, count: 16))
        try tx.setSetupCode(code, of: somebody)
        return try tx.setupCode(of: somebody)
      }
      #expect(found?.digest == code.digest && found?.expiresAt == code.expiresAt)
      await site.close()
    }
  }

  @Test func `what waits for a commit is told after it, and never of one that was undone`() async throws {
    try await inTemporaryPlace { path in
      let site = try Site(path: path)
      let changed = site.composition.changed
      let kept = changed.subscribe([.frontEnd("kept")])
      let undone = changed.subscribe([.frontEnd("undone")])
      try await site.composition.store.write { tx throws(StorageFault) in tx.wake(.frontEnd("kept")) }
      _ = try? await site.composition.store.write { tx throws(StorageFault) in
        tx.wake(.frontEnd("undone"))
        throw .unavailable("on purpose")
      }
      #expect(await kept.wait(timeout: .milliseconds(1)))
      #expect(await undone.wait(timeout: .milliseconds(1)) == false)
      await site.close()
    }
  }
}
