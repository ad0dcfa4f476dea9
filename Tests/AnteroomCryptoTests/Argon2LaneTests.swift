import AnteroomServices
import SecretMemory
import Testing

@testable import AnteroomCrypto

private let light = Argon2Parameters.belowFloorForTests()
private func withLane<R>(
  _ parameters: Argon2Parameters = light, root: RootKey = testRoot(), generation: Int = 1,
  concurrency: Int = 1, queue: Int = 64, queueSeconds: Int = 30, _ body: (Argon2Lane) async throws -> R
) async throws -> R {
  let lane = try Argon2Lane(
    root: root, peppers: Peppers(root: root, current: generation), parameters: parameters, concurrency: concurrency,
    queue: queue,
    queueSeconds: queueSeconds, randomness: SeededRandomness())
  defer { lane.shutDown() }
  return try await body(lane)
}

private enum Outcome: Equatable, Sendable {
  case match(PasswordHash?), mismatch, corrupt
}

extension Argon2Lane {
  fileprivate func check(_ typed: String, _ stored: PasswordHash?) async throws -> Outcome {
    switch try await verify(password(typed), against: stored, fairness: "test") {
    case .match(let replacement): .match(replacement)
    case .mismatch: .mismatch
    case .corrupt: .corrupt
    }
  }
}

@Suite struct Argon2LaneTests {
  /// RFC 9106, section 5.3.
  @Test func `the RFC's Argon2id vector with secret and associated data comes out`() throws {
    let tag = try Argon2.tag(
      of: SecretBytes(copying: [UInt8](repeating: 1, count: 32)), wipesPassword: true,
      salt: [UInt8](repeating: 2, count: 16), secret: SecretBytes(copying: [UInt8](repeating: 3, count: 8)),
      associatedData: [UInt8](repeating: 4, count: 12),
      parameters: .belowFloorForTests(memoryKiB: 32, iterations: 3, parallelism: 4))
    #expect(tag == bytes(hex: "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"))
  }

  @Test func `the password is wiped by the library when that was asked, and the pepper never`() throws {
    let password = SecretBytes(copying: [UInt8](repeating: 1, count: 32))
    let pepper = SecretBytes(copying: [UInt8](repeating: 3, count: 8))
    _ = try Argon2.tag(
      of: password, wipesPassword: false, salt: Array(0..<16), secret: pepper, parameters: light)
    let kept = plain(password)
    _ = try Argon2.tag(of: password, wipesPassword: true, salt: Array(0..<16), secret: pepper, parameters: light)
    let wiped = plain(password)
    let pepperAfter = plain(pepper)
    #expect(kept == [UInt8](repeating: 1, count: 32))
    #expect(wiped == [UInt8](repeating: 0, count: 32))
    #expect(pepperAfter == [UInt8](repeating: 3, count: 8))
  }

  @Test func `a hash is in canonical form, salted, and matches its password alone`() async throws {
    try await withLane { lane in
      let one = try await lane.hash(password("correct horse battery"), fairness: "test")
      let two = try await lane.hash(password("correct horse battery"), fairness: "test")
      #expect(PHCString(parsing: one.phc)?.text == one.phc)
      #expect(one.phc != two.phc)
      let outcome1 = try await lane.check("correct horse battery", one)
      #expect(outcome1 == .match(nil))
      let outcome2 = try await lane.check("correct horse battery", two)
      #expect(outcome2 == .match(nil))
      let outcome3 = try await lane.check("Correct horse battery", one)
      #expect(outcome3 == .mismatch)
      let outcome4 = try await lane.check("", one)
      #expect(outcome4 == .mismatch)
    }
  }

  @Test func `without a stored hash nothing matches`() async throws {
    try await withLane { lane in
      let outcome5 = try await lane.check("correct horse battery", nil)
      #expect(outcome5 == .mismatch)
    }
  }

  @Test func `the pepper is part of the hash`() async throws {
    let stored = try await withLane { try await $0.hash(password("correct horse battery"), fairness: "test") }
    try await withLane(root: testRoot(8)) { lane in
      // Another root key names another pepper, so a hash of elsewhere is not even compared …
      let outcome6 = try await lane.check("correct horse battery", stored)
      #expect(outcome6 == .corrupt)
      // … and under a forged name it does not match.
      let forged = PasswordHash(phc: stored.phc, pepperID: testRoot(8).id(of: .pepper, generation: 1))
      let outcome7 = try await lane.check("correct horse battery", forged)
      #expect(outcome7 == .mismatch)
    }
  }

  @Test func `a match with an older cost or pepper brings a new hash, a mismatch does not`() async throws {
    let old = try await withLane { try await $0.hash(password("correct horse battery"), fairness: "test") }
    let heavier = Argon2Parameters.belowFloorForTests(memoryKiB: 128, iterations: 2)
    for (parameters, generation) in [(heavier, 1), (light, 2)] {
      try await withLane(parameters, generation: generation) { lane in
        let outcome8 = try await lane.check("wrong horse battery", old)
        #expect(outcome8 == .mismatch)
        guard case .match(let replacement?) = try await lane.check("correct horse battery", old) else {
          Issue.record("no replacement")
          return
        }
        #expect(PHCString(parsing: replacement.phc)?.parameters == parameters)
        #expect(replacement.pepperID == testRoot().id(of: .pepper, generation: generation))
        let outcome9 = try await lane.check("correct horse battery", replacement)
        #expect(outcome9 == .match(nil))
        let outcome10 = try await lane.check("wrong horse battery", replacement)
        #expect(outcome10 == .mismatch)
      }
    }
  }

  @Test(arguments: [
    "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$",
    "$argon2id$v=19$m=1048576,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "$argon2id$v=19$m=4294967295,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "",
  ])
  func `a corrupt or unaffordable hash fails closed without being queued`(phc: String) async throws {
    let lane = try Argon2Lane(
      root: testRoot(), parameters: light, concurrency: 1, queue: 1, queueSeconds: 1,
      randomness: SeededRandomness())
    // With no thread left, an answer can only come from before the queue.
    lane.shutDown()
    let stored = PasswordHash(phc: phc, pepperID: testRoot().id(of: .pepper, generation: 1))
    let outcome11 = try await lane.check("correct horse battery", stored)
    #expect(outcome11 == .corrupt)
  }

  @Test func `a stored hash of more memory than the arena is still compared`() async throws {
    let heavy = Argon2Parameters.belowFloorForTests(memoryKiB: 8192, iterations: 1, parallelism: 4)
    let stored = try await withLane(heavy) { try await $0.hash(password("correct horse battery"), fairness: "t") }
    try await withLane { lane in
      guard case .match(.some) = try await lane.check("correct horse battery", stored) else {
        Issue.record("no match")
        return
      }
    }
  }

  @Test func `many jobs on two threads all come out right`() async throws {
    try await withLane(concurrency: 2, queue: 256) { lane in
      let stored = try await lane.hash(password("correct horse battery"), fairness: "test")
      let outcomes = try await withThrowingTaskGroup(of: (Bool, Outcome).self) { group in
        for index in 0..<200 {
          group.addTask {
            let isRight = index % 3 == 0
            return (isRight, try await lane.check(isRight ? "correct horse battery" : "wrong \(index)", stored))
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count == 200)
      #expect(outcomes.allSatisfy { isRight, outcome in outcome == (isRight ? .match(nil) : .mismatch) })
      #expect(lane.load.waiting == 0 && lane.load.threads == 2)
    }
  }
}
