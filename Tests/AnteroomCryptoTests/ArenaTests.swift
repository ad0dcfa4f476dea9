import CArgon2Arena
import SecretMemory
import Testing

@testable import AnteroomCrypto

private func hash(memoryKiB: Int) throws -> [UInt8] {
  try Argon2.tag(
    of: SecretBytes(copying: Array("password".utf8)), wipesPassword: true, salt: Array(0..<16),
    secret: SecretBytes(copying: [1]), parameters: .belowFloorForTests(memoryKiB: memoryKiB, iterations: 2))
}

/// Runs `body` with an arena of one huge page on this thread.
private func withArena(_ body: () throws -> Void) throws {
  guard let arena = unsafe anteroom_arena_map(2 << 20) else {
    Issue.record("no memory for two megabytes")
    return
  }
  unsafe anteroom_arena_adopt(arena)
  defer {
    anteroom_arena_adopt(nil)
    unsafe anteroom_arena_unmap(arena)
  }
  try body()
}

@Suite struct ArenaTests {
  @Test func `the arena serves what fits, again and again, and gives the same tag as memory of its own`() throws {
    let expected = try hash(memoryKiB: 2048)
    try withArena {
      for _ in 0..<3 {
        let tag = try hash(memoryKiB: 2048)
        #expect(tag == expected)
        #expect(anteroom_arena_served_last() == 1)
      }
    }
  }

  @Test func `what does not fit gets memory for its call alone`() throws {
    try withArena {
      _ = try hash(memoryKiB: 2052)
      #expect(anteroom_arena_served_last() == 0)
      _ = try hash(memoryKiB: 64)
      #expect(anteroom_arena_served_last() == 1)
    }
  }

  @Test func `nothing of a hash is left in the arena`() throws {
    try withArena {
      _ = try hash(memoryKiB: 2048)
      var memory: UnsafeMutablePointer<UInt8>?
      let code = unsafe anteroom_arena_allocate(&memory, 2 << 20)
      guard code == 0, let base = unsafe memory else {
        Issue.record("the arena was not given back")
        return
      }
      let isWiped = unsafe UnsafeBufferPointer(start: base, count: 2 << 20).allSatisfy { $0 == 0 }
      #expect(isWiped && anteroom_arena_served_last() == 1)
      unsafe anteroom_arena_release(base, 2 << 20)
    }
  }

  @Test func `memory that the system does not have is a fault, and the thread's arena stays usable`() throws {
    try withArena {
      var memory: UnsafeMutablePointer<UInt8>?
      let code = unsafe anteroom_arena_allocate(&memory, Int.max)
      let isEmpty = unsafe memory == nil
      let isUnmapped = unsafe anteroom_arena_map(Int.max) == nil
      #expect(code != 0 && isEmpty && isUnmapped)
      _ = try hash(memoryKiB: 64)
      #expect(anteroom_arena_served_last() == 1)
    }
  }
}
