import AnteroomCrypto
import CArgon2
import Glibc
import Synchronization

/// libargon2 as anybody would call it: one hash after the other, the library's own malloc, no pepper. The measure of
/// what is lost between this and a sign-in.
struct BareArgon2 {
  let parameters: Argon2Parameters
  let threads: Int

  struct Result {
    let rate: Double
    /// Nanoseconds of processor time.
    let cpuPerHash: Double
  }

  func run(seconds: Double, warmUp: Double) throws -> Result {
    let parameters = parameters
    let counted = Mutex(0)
    let all = Mutex(0)
    let held = Counters(counted: counted, all: all)
    let from = Stopwatch.wall() + UInt64(warmUp * 1e9)
    let end = from + UInt64(seconds * 1e9)
    let before = Stopwatch.processCPU()
    let running = try (0..<threads).map { _ in
      try OSThread {
        // As the daemon's hashing threads are: else whatever else runs on the machine would slow one side alone.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        while Stopwatch.wall() < end {
          BareArgon2.hash(parameters)
          let now = Stopwatch.wall()
          held.all.withLock { $0 += 1 }
          if now >= from && now < end { held.counted.withLock { $0 += 1 } }
        }
      }
    }
    for thread in running { thread.join() }
    let hashes = held.all.withLock { $0 }
    return Result(
      rate: Double(held.counted.withLock { $0 }) / seconds,
      cpuPerHash: Double(Stopwatch.processCPU() - before) / Double(max(1, hashes)))
  }

  private final class Counters: Sendable {
    let counted: Mutex<Int>
    let all: Mutex<Int>
    init(counted: consuming Mutex<Int>, all: consuming Mutex<Int>) {
      self.counted = counted
      self.all = all
    }
  }

  private static func hash(_ parameters: Argon2Parameters) {
    let password = Array("a quiet lantern by the harbour".utf8)
    let salt = Array("sixteen bytes ok".utf8)
    var tag = [UInt8](repeating: 0, count: 32)
    let code = unsafe argon2id_hash_raw(
      UInt32(parameters.iterations), UInt32(parameters.memoryKiB), UInt32(parameters.parallelism), password,
      password.count, salt, salt.count, &tag, tag.count)
    precondition(code == ARGON2_OK.rawValue)
  }
}
