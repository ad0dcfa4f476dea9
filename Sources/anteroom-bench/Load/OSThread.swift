import Glibc

/// A thread of the operating system: what computes or blocks for seconds must not sit on Swift's pool.
struct OSThread {
  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let thread: pthread_t

  init(_ body: @escaping @Sendable () -> Void) throws {
    let start = unsafe Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { raw in
        if let raw = unsafe raw { unsafe Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      unsafe start.release()
      throw BenchFailure("no thread (errno \(code))")
    }
    self.thread = thread
  }

  func join() { pthread_join(thread, nil) }
}
