/// The cost of an Argon2id hash (RFC 9106, section 3.1).
package struct Argon2Parameters: Hashable, Sendable {
  /// In KiB.
  package let memoryKiB: Int
  /// Passes over the memory.
  package let iterations: Int
  /// Lanes.
  package let parallelism: Int

  /// Why a configured cost is refused; the message is the configuration's remedy.
  package enum Unsafe: Error, Hashable, Sendable {
    /// Below the OWASP floor: 19 MiB, 2 passes, 1 lane.
    case belowFloor(setting: String, floor: Int)
    /// More than this program would ever read back from a stored hash.
    case aboveCeiling(setting: String, ceiling: Int)
  }

  package static let memoryRange = 19 * 1024...1024 * 1024
  package static let iterationsRange = 2...64
  package static let parallelismRange = 1...16

  /// 64 MiB and 3 passes, of RFC 9106's second choice; one lane, since every core already hashes.
  package static let standard = Argon2Parameters(unchecked: 64 * 1024, 3, 1)

  package init(memoryKiB: Int, iterations: Int, parallelism: Int) throws(Unsafe) {
    try Argon2Parameters.check("memory_kib", memoryKiB, within: Argon2Parameters.memoryRange)
    try Argon2Parameters.check("iterations", iterations, within: Argon2Parameters.iterationsRange)
    try Argon2Parameters.check("parallelism", parallelism, within: Argon2Parameters.parallelismRange)
    self.init(unchecked: memoryKiB, iterations, parallelism)
  }

  /// Goes below the floor, so that a test of something else need not wait for a real hash.
  package static func belowFloorForTests(
    memoryKiB: Int = 64, iterations: Int = 1, parallelism: Int = 1
  ) -> Argon2Parameters {
    Argon2Parameters(unchecked: memoryKiB, iterations, parallelism)
  }

  /// What a stored hash says: within what the parser lets through, floor or not.
  init(stored memoryKiB: Int, _ iterations: Int, _ parallelism: Int) {
    self.init(unchecked: memoryKiB, iterations, parallelism)
  }

  private init(unchecked memoryKiB: Int, _ iterations: Int, _ parallelism: Int) {
    self.memoryKiB = memoryKiB
    self.iterations = iterations
    self.parallelism = parallelism
  }

  private static func check(_ setting: String, _ value: Int, within range: ClosedRange<Int>) throws(Unsafe) {
    if value < range.lowerBound { throw .belowFloor(setting: setting, floor: range.lowerBound) }
    if value > range.upperBound { throw .aboveCeiling(setting: setting, ceiling: range.upperBound) }
  }

  /// What libargon2 asks for: blocks of 1 KiB in whole segments, four to a lane, at least two each.
  var arenaBytes: Int {
    let segments = 4 * parallelism
    return max(memoryKiB, 2 * segments) / segments * segments * 1024
  }

  /// KiB written over all passes: in proportion to the time a hash takes.
  var work: Int { memoryKiB * iterations }

  /// Whether a stored hash of this cost may be computed by a lane configured for `current`. Its memory may
  /// be four times the current, or 256 MiB where that is more, and never more than 1 GiB; its work eight
  /// times the current, or 4 GiB written, which is the usual memory with the most passes. Whoever plants a heavier one in the database would otherwise
  /// choose how long a hashing thread is busy.
  func isAffordable(for current: Argon2Parameters) -> Bool {
    let memoryCeiling = min(max(4 * current.memoryKiB, 256 * 1024), Argon2Parameters.memoryRange.upperBound)
    let workCeiling = max(8 * current.work, 4 * 1024 * 1024)
    return memoryKiB <= memoryCeiling && work <= workCeiling
  }
}
