import Foundation
import Testing

/// One meeting at a time, held by seeded scripts against the model of the contract's sections 5 and 6.
@Suite(.serialized) struct AdmissionModelTests {
  /// As many as are asked for; otherwise what fits beside the other tests.
  private static let count = Int(ProcessInfo.processInfo.environment["ANTEROOM_MODEL"] ?? "") ?? 1_500
  private static let first = Int(ProcessInfo.processInfo.environment["ANTEROOM_MODEL_SEED"] ?? "") ?? 0
  /// So many meetings in one house: fewer would spend the time on opening stores, more on reading long logs.
  private static let perHouse = 250
  /// Houses at a time.
  private static let streams = 2

  @Test func `what comes of any interleaving is what the model of the contract says`() async throws {
    let groups = stride(from: Self.first, to: Self.first + Self.count, by: Self.perHouse).map { start in
      start..<min(start + Self.perHouse, Self.first + Self.count)
    }
    let tellings = try await withThrowingTaskGroup(of: Telling.self) { group in
      var tellings: [Telling] = []
      for (index, seeds) in groups.enumerated() {
        if index >= Self.streams, let telling = try await group.next() { tellings.append(telling) }
        if tellings.contains(where: { $0.failure != nil }) { break }
        group.addTask { try await Self.hold(seeds) }
      }
      for try await telling in group { tellings.append(telling) }
      return tellings
    }
    for telling in tellings { if let failure = telling.failure { Issue.record("\(failure)") } }
    if tellings.contains(where: { $0.failure != nil }) || Self.count < 500 { return }
    let met = tellings.reduce(into: [String: Int]()) { $0.merge($1.met, uniquingKeysWith: +) }
    let missing = Verdict.toBeMet.filter { met[$0] == nil }
    #expect(missing.isEmpty, "in none of the meetings: \(missing)")
  }

  @Test(arguments: [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21, 22] as [UInt64])
  func `the same seed gives the same history to the byte`(seed: UInt64) async throws {
    let script = Script(seed: seed)
    #expect(script.rounds.allSatisfy { $0.count == 1 })
    var histories: [[String]] = []
    for _ in 0..<2 {
      let house = try await House.opened()
      histories.append(try await Run.hold(script, in: house, number: 0, isTold: true).history)
      await house.close()
    }
    #expect(histories[0].count > 20)
    #expect(histories[0] == histories[1])
  }

  /// The referee's own test: rules that differ by one are told apart, and the proof of it is short.
  @Test(arguments: Twist.all) func `a daemon that follows other rules is found out`(twist: Twist) async throws {
    let house = try await House.opened()
    var number = 0
    for seed in 0..<60 as Range<UInt64> {
      number += 1
      let script = Script(seed: seed * 3)
      if try await Run.hold(script, in: house, number: number, twist: twist.change).complaints.isEmpty { continue }
      var shrinker = Shrinker(house: house, number: number, twist: twist.change)
      let (shortest, verdict) = try await shrinker.shrink(script)
      #expect(!verdict.complaints.isEmpty)
      #expect(shortest.stepCount <= 12, "\(shortest.rounds)")
      await house.close()
      return
    }
    await house.close()
    Issue.record("\(twist.testDescription) goes unnoticed")
  }

  private struct Telling {
    /// The seed and the shortest history that shows what is wrong; nil where all went well.
    var failure: String?
    var met: [String: Int] = [:]
  }

  private static func hold(_ seeds: Range<Int>) async throws -> Telling {
    let house = try await House.opened()
    var telling = Telling()
    for (number, seed) in seeds.enumerated() {
      let script = Script(seed: UInt64(seed))
      let verdict = try await Run.hold(script, in: house, number: number, isTold: script.isCrowded)
      telling.met.merge(verdict.met, uniquingKeysWith: +)
      if verdict.complaints.isEmpty { continue }
      var shrinker = Shrinker(house: house, number: seeds.count, twist: { _ in })
      let (shortest, proof) = try await shrinker.shrink(script)
      telling.failure = """
        seed \(seed): \(verdict.complaints.joined(separator: "; "))
        \(shortest.rules)
        the shortest of \(shrinker.number - seeds.count) shorter ones:
        \((proof.history.isEmpty ? verdict.history : proof.history).joined(separator: "\n"))
        \(proof.complaints.joined(separator: "\n"))
        """
      break
    }
    await house.close()
    return telling
  }
}

/// One rule that the model has differently.
struct Twist: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let change: @Sendable (inout Rules) -> Void

  static let all = [
    Twist(testDescription: "a seat more") { $0.capacity += 1 },
    Twist(testDescription: "a grant that lives a second longer") { $0.grantSeconds += 1 },
    Twist(testDescription: "another lock") { $0.whenLocked = $0.whenLocked == "wait" ? "refuse" : "wait" },
    Twist(testDescription: "another bar") { $0.removedMayReturn.toggle() },
    Twist(testDescription: "another limit of denials") { $0.denials = $0.denials == 1 ? 2 : 1 },
    Twist(testDescription: "names that nobody compares") { $0.names = "free" },
    Twist(testDescription: "a lock of the policy's a second later") { $0.autoLock = $0.autoLock.map { $0 + 1 } },
    Twist(testDescription: "telephones that are taken for people") { $0.phones = "as_guest" },
    Twist(testDescription: "an opening half a minute later") { $0.opens = $0.opens.map { $0 + 30 } },
    Twist(testDescription: "a way back that is open a second longer") { $0.rejoinSeconds += 1 },
  ]
}

extension House {
  /// With everybody's account.
  static func opened() async throws -> House {
    let house = try House()
    try await house.furnish()
    return house
  }
}
