import Glibc

/// A counting semaphore: each post lets one thread through.
@safe final class WakeUp: @unchecked Sendable {
  // Written by the semaphore's own functions only, which may be called from any thread.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    unsafe semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    unsafe semaphore.initialize(to: sem_t())
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func post() { unsafe sem_post(semaphore) }

  /// Blocks the thread; for threads of the system only, never in a task.
  func wait() {
    while unsafe sem_wait(semaphore) != 0 && errno == EINTR {}
  }
}

enum Monotonic {
  /// Nanoseconds of a clock that nobody sets: deadlines must not move with the wall clock.
  static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
