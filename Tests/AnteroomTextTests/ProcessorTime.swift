import Glibc

/// The processor time that `body` takes of the calling thread: what else the machine does has no part in it.
func processorTime(_ body: () throws -> Void) rethrows -> Duration {
  let before = threadClock()
  try body()
  return threadClock() - before
}

private func threadClock() -> Duration {
  var now = timespec()
  _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
  return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
}
