import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import Foundation
import Synchronization
import Testing

@testable import AnteroomServices

/// Who stands before a budget that others have reserved, on a real store.
@Suite struct AttemptQueueTests {
  private func inTemporarySite(_ body: (Site) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("queue-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let site = try Site(path: path)
    try await body(site)
    await site.close()
  }

  private static func bucket(_ byte: UInt8, limit: Int) -> BudgetBucket {
    BudgetBucket(
      kind: .source, key: Digest([UInt8](repeating: byte, count: 32)), rule: .window(limit: limit, seconds: 600),
      name: nil, source: nil)
  }

  private final class Notes: Sendable {
    let order = Mutex<[Int]>([])
    let asks = Mutex(0)
    let failed = Mutex<[Digest: Int]>([:])
  }

  private static func reserve(
    _ turn: AttemptTurn, _ buckets: [BudgetBucket], on site: Site, _ notes: Notes? = nil
  ) async throws -> Reservation? {
    try await turn.take { () async throws(StorageFault) -> Reservation? in
      notes?.asks.withLock { $0 += 1 }
      let reservation = try await site.composition.store.write { tx throws(StorageFault) in
        try tx.reserve(buckets, for: turn)
      }
      return reservation == .pending ? nil : reservation
    }
  }

  @Test func `who waits is let in in the order of arrival, each asking twice and no more`() async throws {
    try await inTemporarySite { site in
      let queue = AttemptQueue(capacity: 256, seconds: 60)
      let notes = Notes()
      let buckets = [Self.bucket(1, limit: 1)]
      let first = queue.arrive()
      #expect(try await Self.reserve(first, buckets, on: site) == .reserved)
      let count = 100
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<count {
          group.addTask {
            let turn = queue.arrive()
            defer { turn.leave() }
            let reservation = try await Self.reserve(turn, buckets, on: site, notes)
            #expect(reservation == .reserved)
            notes.order.withLock { $0.append(number) }
            try await site.composition.store.write { tx throws(StorageFault) in try tx.refund(turn) }
            turn.settled()
          }
          while queue.count <= number { await Task.yield() }
        }
        try await site.composition.store.write { tx throws(StorageFault) in try tx.refund(first) }
        first.settled()
        first.leave()
        try await group.waitForAll()
      }
      #expect(notes.order.withLock { $0 } == Array(0..<count))
      #expect(notes.asks.withLock { $0 } <= 2 * count)
      #expect(queue.count == 0)
      let left = try await site.composition.store.write { tx throws(StorageFault) in try tx.budget(buckets[0].key) }
      #expect(left == nil)
    }
  }

  @Test func `when a budget is spent all who wait for it hear so at once`() async throws {
    try await inTemporarySite { site in
      let queue = AttemptQueue(capacity: 256, seconds: 60)
      let buckets = [Self.bucket(1, limit: 1)]
      let first = queue.arrive()
      #expect(try await Self.reserve(first, buckets, on: site) == .reserved)
      let answers = try await withThrowingTaskGroup(of: Reservation?.self) { group in
        for number in 0..<50 {
          group.addTask {
            let turn = queue.arrive()
            defer { turn.leave() }
            return try await Self.reserve(turn, buckets, on: site)
          }
          while queue.count <= number { await Task.yield() }
        }
        try await site.composition.store.write { tx throws(StorageFault) in _ = try tx.commit(first) }
        first.settled()
        first.leave()
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let until = site.clock.now().adding(seconds: 600)
      #expect(answers.allSatisfy { $0 == .spent(until: until) })
    }
  }

  @Test func `the line has an end, the deadline one for each, and a client that left holds up nobody`() async throws {
    try await inTemporarySite { site in
      let queue = AttemptQueue(capacity: 2, seconds: 1)
      let buckets = [Self.bucket(1, limit: 1)]
      let first = queue.arrive()
      #expect(try await Self.reserve(first, buckets, on: site) == .reserved)
      let patient = (0..<2).map { _ in
        Task {
          let turn = queue.arrive()
          defer { turn.leave() }
          return try await Self.reserve(turn, buckets, on: site)
        }
      }
      while queue.count < 2 { await Task.yield() }
      let surplus = queue.arrive()
      #expect(try await Self.reserve(surplus, buckets, on: site) == .full)
      surplus.leave()
      patient[0].cancel()
      for task in patient { #expect(try await task.value == nil) }
      #expect(queue.count == 0)
      let kept = try await site.composition.store.write { tx throws(StorageFault) in try tx.budget(buckets[0].key) }
      #expect(kept?.reserved == 1)
    }
  }

  @Test(arguments: [0, 3])
  func `what could not be settled is settled by the next attempt that reserves, as a failure`(
    refusedBefore: Int
  ) async throws {
    try await inTemporarySite { site in
      let queue = AttemptQueue(capacity: 2, seconds: 1)
      let buckets = [Self.bucket(1, limit: 1)]
      let first = queue.arrive()
      #expect(try await Self.reserve(first, buckets, on: site) == .reserved)
      _ = try? await site.composition.store.write { tx throws(StorageFault) in
        try tx.refund(first)
        throw .full
      }
      first.leave()
      for _ in 0..<refusedBefore {
        // By a session that is none any more.
        let refused = queue.arrive()
        _ = try await refused.take { () async throws(StorageFault) -> Bool? in
          try await site.composition.store.write { tx throws(StorageFault) in
            refused.begin()
            return try tx.account(AccountID(known: "acct_nobody")) == nil
          }
        }
        refused.leave()
      }
      let until = site.clock.now().adding(seconds: 600)
      for _ in 0..<2 {
        let next = queue.arrive()
        #expect(try await Self.reserve(next, buckets, on: site) == .spent(until: until))
        next.leave()
      }
      let kept = try await site.composition.store.write { tx throws(StorageFault) in try tx.budget(buckets[0].key) }
      #expect(kept?.reserved == 0 && kept?.failures == 1)
    }
  }

  @Test(arguments: 0..<3)
  func `whatever comes of many attempts on several budgets, none is left waiting or reserved, and none is overdrawn`(
    seed: UInt64
  ) async throws {
    try await inTemporarySite { site in
      let queue = AttemptQueue(capacity: 1000, seconds: 60)
      let limit = 5
      let notes = Notes()
      let all = (1...4).map { Self.bucket(UInt8($0), limit: limit) }
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<200 {
          group.addTask {
            let dice = (UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ seed &* 0xBF58_476D_1CE4_E5B9) >> 20
            let buckets = [all[Int(dice % 4)], all[Int(dice / 4 % 4)]]
            let turn = queue.arrive()
            defer { turn.leave() }
            let work = Task {
              try await Self.reserve(turn, buckets[0] == buckets[1] ? [buckets[0]] : buckets, on: site)
            }
            if dice / 16 % 5 == 0 { work.cancel() }
            guard (try? await work.value) == .reserved else { return }
            if dice / 80 % 40 == 0 {
              for bucket in turn.buckets { notes.failed.withLock { $0[bucket.key, default: 0] += 1 } }
              try? await site.composition.store.write { tx throws(StorageFault) in _ = try tx.commit(turn) }
            } else {
              try? await site.composition.store.write { tx throws(StorageFault) in try tx.refund(turn) }
            }
            turn.settled()
          }
        }
      }
      #expect(queue.count == 0)
      for bucket in all {
        let kept = try await site.composition.store.write { tx throws(StorageFault) in try tx.budget(bucket.key) }
        let count = notes.failed.withLock { $0[bucket.key] ?? 0 }
        #expect(kept?.reserved ?? 0 == 0)
        #expect(kept?.failures ?? 0 == count)
        #expect(count <= limit)
      }
    }
  }
}
