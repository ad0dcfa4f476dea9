package import AnteroomCore
import AnteroomServices
import Glibc

/// The machine's clock. That it never goes below what the store has seen is the store's care.
package struct SystemClock: WallClock {
  package init() {}

  package func now() -> Instant {
    Instant(milliseconds: SystemClock.read(CLOCK_REALTIME, unitsPerSecond: 1_000))
  }

  static func read(_ clock: clockid_t, unitsPerSecond: Int64) -> Int64 {
    var time = timespec()
    let result = unsafe clock_gettime(clock, &time)
    precondition(result == 0, "the system has no clock")
    return Int64(time.tv_sec) * unitsPerSecond + Int64(time.tv_nsec) / (1_000_000_000 / unitsPerSecond)
  }
}
