import AnteroomCore
import AnteroomServices
import SecretMemory
import Synchronization

/// Numbers that look random and are the same for the same seed: SplitMix64 (Steele, Lea and Flood, 2014).
struct Chance: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// The port that chance comes in by, seeded: ids, tickets, nonces and passcodes are the same for the same seed.
final class SeededRandomness: Randomness {
  private let chance = Mutex(Chance(seed: 0))

  func begin(seed: UInt64) { chance.withLock { $0 = Chance(seed: seed) } }

  func bytes(_ count: Int) -> [UInt8] {
    chance.withLock { chance in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count)
      while bytes.count < count {
        var word = chance.next()
        for _ in 0..<min(8, count - bytes.count) {
          bytes.append(UInt8(truncatingIfNeeded: word))
          word >>= 8
        }
      }
      return bytes
    }
  }

  func secret(_ count: Int) -> SecretBytes { SecretBytes(copying: bytes(count)) }
}

/// Stands still until it is moved.
final class MovedClock: WallClock {
  private let time: Mutex<Instant>

  init(_ start: Instant) { time = Mutex(start) }

  func now() -> Instant { time.withLock { $0 } }
  func move(to instant: Instant) { time.withLock { $0 = instant } }
}
