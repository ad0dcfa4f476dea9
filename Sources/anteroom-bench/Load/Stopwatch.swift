import Glibc

/// Clocks that only measure; none of them says what time it is.
enum Stopwatch {
  /// Nanoseconds that have passed.
  static func wall() -> UInt64 { read(CLOCK_MONOTONIC) }
  /// Nanoseconds that all threads of this process have computed: what others do on the machine is not in it.
  static func processCPU() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }
  /// Nanoseconds that the calling thread has computed.
  static func threadCPU() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
