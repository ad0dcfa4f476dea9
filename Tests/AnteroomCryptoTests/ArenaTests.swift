import CArgon2Arena
import Glibc
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

  @Test func `an arena at rest holds no memory, and one in use keeps what it has`() throws {
    try withArena {
      func isFilled(resting isInUse: Bool) -> Bool? {
        var memory: UnsafeMutablePointer<UInt8>?
        guard unsafe anteroom_arena_allocate(&memory, 2 << 20) == 0, let base = unsafe memory else { return nil }
        unsafe base.update(repeating: 0xAA, count: 2 << 20)
        if isInUse { anteroom_arena_rest() }
        unsafe anteroom_arena_release(base, 2 << 20)
        if !isInUse { anteroom_arena_rest() }
        // The same memory: the arena is one.
        return unsafe base[0] == 0xAA && base[(2 << 20) - 1] == 0xAA
      }
      #expect(isFilled(resting: true) == true)
      #expect(isFilled(resting: false) == false)
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
  /// proc(5): `dd` stays out of a core dump, `hg` may be huge pages, `sd` (soft-dirty) says nothing here.
  @Test func `the kernel was told to keep the arena out of core dumps and to give it huge pages`() throws {
    try withArena {
      var memory: UnsafeMutablePointer<UInt8>?
      _ = unsafe anteroom_arena_allocate(&memory, 64 << 10)
      let base = unsafe try #require(memory)
      defer { unsafe anteroom_arena_release(base, 64 << 10) }
      unsafe base.pointee = 1
      let told = try #require(flags(of: UInt(bitPattern: base)))
      #expect(told.contains("dd"))
      // A kernel without transparent huge pages has no such flag.
      if unsafe access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) == 0 { #expect(told.contains("hg")) }
    }
  }

  /// The flags of the mapping that holds the address, as `/proc/self/smaps` has them.
  private func flags(of address: UInt) -> [Substring]? {
    guard let stream = unsafe fopen("/proc/self/smaps", "r") else { return nil }
    defer { unsafe fclose(stream) }
    var line = [CChar](repeating: 0, count: 4096)
    var isWithin = false
    while unsafe fgets(&line, Int32(line.count), stream) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
      let ends = (words.first ?? "").split(separator: "-").compactMap { UInt($0, radix: 16) }
      if ends.count == 2 { isWithin = (ends[0]..<ends[1]).contains(address) }
      if isWithin && words.first == "VmFlags:" { return Array(words.dropFirst()) }
    }
    return nil
  }
}
