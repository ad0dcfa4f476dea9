import AnteroomServices
import Glibc
import SecretMemory
import Testing

@testable import AnteroomCrypto

private func rotate(_ peppers: Peppers) throws -> PepperFact {
  guard case .prepared(let prepared) = try peppers.prepare() else { throw Tool.Failed(status: 0) }
  try prepared.putInForce()
  return prepared.fact
}

private func lane(_ peppers: Peppers) throws -> Argon2Lane {
  try Argon2Lane(
    root: testRoot(), peppers: peppers, parameters: .belowFloorForTests(), concurrency: 1, queue: 8, queueSeconds: 30,
    randomness: SeededRandomness())
}

@Suite struct PepperTests {
  @Test func `without a file the first pepper is the current one, and nothing is written for it`() throws {
    let folder = try KeyFolder()
    let peppers = try Peppers(root: testRoot(), directory: folder.keys)
    #expect(peppers.facts.map(\.generation) == [1])
    #expect(peppers.current.id == testRoot().id(of: .pepper, generation: 1))
    #expect(folder.names().isEmpty)
  }

  @Test func `a rotation is on disk, 0600, and a restart reads it`() throws {
    let folder = try KeyFolder()
    let peppers = try Peppers(root: testRoot(), directory: folder.keys)
    #expect(try rotate(peppers).generation == 2)
    #expect(try rotate(peppers).generation == 3)
    #expect(folder.names() == ["pepper.2", "pepper.3"])
    for name in folder.names() { #expect(folder.mode("keys/" + name) == 0o600) }
    let later = try Peppers(root: testRoot(), directory: folder.keys)
    #expect(later.facts == peppers.facts)
    #expect(later.facts.map(\.isCurrent) == [false, false, true])
    #expect(try rotate(later).generation == 4)
  }

  @Test(arguments: ["pepper.0", "pepper.01", "pepper.65", "pepper.", "pepper.2.77", "pepper.two", "pepper.+2"])
  func `what is no generation's name names none`(name: String) throws {
    let folder = try KeyFolder()
    _ = unsafe mkdir(folder.keys, 0o700)
    folder.write("keys/" + name, "")
    #expect(try PepperFiles(directory: folder.keys).current() == 1)
  }

  @Test func `one rotation is under way at a time, and one that is put off leaves no trace`() throws {
    let folder = try KeyFolder()
    let peppers = try Peppers(root: testRoot(), directory: folder.keys)
    guard case .prepared(let first) = try peppers.prepare() else {
      Issue.record("not prepared")
      return
    }
    guard case .underWay = try peppers.prepare() else {
      Issue.record("two at a time")
      return
    }
    first.discard()
    try first.putInForce()
    #expect(peppers.facts.count == 1 && folder.names().isEmpty)
    #expect(try rotate(peppers).generation == 2)
  }

  @Test func `there are sixty-four generations and no more`() throws {
    let peppers = Peppers(root: testRoot())
    for generation in 2...64 { #expect(try rotate(peppers).generation == generation) }
    guard case .tooMany = try peppers.prepare() else {
      Issue.record("a sixty-fifth")
      return
    }
    guard case .tooMany = try peppers.prepare() else {
      Issue.record("the refusal is still under way")
      return
    }
  }

  @Test func `a disk that does not take the file leaves the pepper as it was`() throws {
    let folder = try KeyFolder()
    let peppers = try Peppers(root: testRoot(), directory: folder.path + "/no/such")
    guard case .prepared(let prepared) = try peppers.prepare() else {
      Issue.record("not prepared")
      return
    }
    #expect(throws: StorageFault.self) { try prepared.putInForce() }
    prepared.discard()
    #expect(peppers.facts.map(\.generation) == [1])
  }

  @Test func `hashes of before and of after a key directory was restored are read, and made anew`() async throws {
    let (before, after) = (Peppers(root: testRoot()), Peppers(root: testRoot(), current: 3))
    for (maker, reader) in [(before, after), (after, before)] {
      let (old, new) = (try lane(maker), try lane(reader))
      defer {
        old.shutDown()
        new.shutDown()
      }
      let stored = try await old.hash(password("correct horse battery"), fairness: "t")
      let answer = try await new.verify(password("correct horse battery"), against: stored, fairness: "t")
      guard case .match(let replacement?) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(replacement.pepperID == reader.current.id)
    }
  }
}
