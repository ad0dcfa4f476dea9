import Glibc
import Synchronization

/// What comes from the terminal and from those who send signals.
enum TerminalInput: Equatable, Sendable {
  case key(Key)
  case resized
  /// The program goes on after it was stopped.
  case resumed
  /// Asked to stop by Ctrl-Z's signal.
  case stop
  /// Asked to end, by this signal.
  case ended(Int32)
  /// Standard input is over.
  case hungUp

  /// Reads on a thread of its own until the process ends: a read that waits must not hold one of Swift's.
  static func start(_ take: @escaping @Sendable (TerminalInput) -> Void) throws {
    try SignalPipe.open()
    let reader = unsafe Unmanaged.passRetained(InputThread(take))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { raw in
        if let raw = unsafe raw { unsafe Unmanaged<InputThread>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, reader.toOpaque())
    guard code == 0 else {
      unsafe reader.release()
      throw Failure(.failed, "the terminal cannot be read", why: "no thread could be started (error \(code))")
    }
    pthread_detach(thread)
  }
}

private final class InputThread: Sendable {
  /// How long an escape may wait for the rest of a key: a slow line needs some, nobody notices it.
  private static let patience: Int32 = 50

  private let take: @Sendable (TerminalInput) -> Void

  init(_ take: @escaping @Sendable (TerminalInput) -> Void) { self.take = take }

  func run() {
    var reader = KeyReader()
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      var ready = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: SignalPipe.readEnd, events: Int16(POLLIN), revents: 0),
      ]
      let count = unsafe poll(&ready, 2, reader.isWaiting ? InputThread.patience : -1)
      if count == 0 { reader.flush().forEach { take(.key($0)) } }
      guard count > 0 else { continue }
      if ready[1].revents != 0 {
        let length = unsafe read(SignalPipe.readEnd, &bytes, bytes.count)
        for byte in bytes.prefix(max(0, length)) { take(InputThread.meaning(Int32(byte))) }
      }
      guard ready[0].revents != 0 else { continue }
      let length = unsafe read(0, &bytes, bytes.count)
      if length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN) { return take(.hungUp) }
      reader.read(bytes.prefix(max(0, length))).forEach { take(.key($0)) }
    }
  }

  private static func meaning(_ number: Int32) -> TerminalInput {
    switch number {
    case SIGWINCH: .resized
    case SIGCONT: .resumed
    case SIGTSTP: .stop
    case _: .ended(number)
    }
  }
}

/// Signals as bytes in a pipe: a handler may do no more than that.
enum SignalPipe {
  private static let ends = Atomic<UInt64>(0)
  private static let numbers = [SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGINT, SIGHUP, SIGQUIT]

  static var readEnd: Int32 { Int32(truncatingIfNeeded: ends.load(ordering: .relaxed) >> 32) }
  private static var writeEnd: Int32 { Int32(truncatingIfNeeded: ends.load(ordering: .relaxed)) }

  static func open() throws {
    var pair: [Int32] = [0, 0]
    guard unsafe pipe(&pair) == 0, pair.allSatisfy({ fcntl($0, F_SETFL, O_NONBLOCK) == 0 }) else {
      throw Failure(.failed, "the terminal cannot be read", why: "no pipe could be opened (error \(errno))")
    }
    ends.store(UInt64(UInt32(pair[0])) << 32 | UInt64(UInt32(pair[1])), ordering: .sequentiallyConsistent)
    numbers.forEach(catchSignal)
  }

  private static func catchSignal(_ number: Int32) {
    _ = signal(number) { number in
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = unsafe write(SignalPipe.writeEnd, &byte, 1)
      errno = saved
    }
  }

  /// Does to this process what the signal does where nobody catches it; returns after it was only stopped.
  static func obey(_ number: Int32) {
    _ = signal(number, SIG_DFL)
    // Threads of a pool have signals blocked, and it is to happen now.
    var this = sigset_t()
    unsafe sigemptyset(&this)
    unsafe sigaddset(&this, number)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &this, nil)
    raise(number)
    // A stop comes back here; a signal that ends does so at once.
    if number == SIGTSTP { catchSignal(number) }
  }
}
