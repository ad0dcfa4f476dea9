import Glibc

/// Tells the service manager how the daemon is, by sd_notify(3)'s protocol: one datagram of lines a message.
/// Without a socket every call does nothing, so that the daemon runs the same outside systemd.
package struct ReadinessNotifier: Sendable {
  private let path: String?

  /// - Parameter socketPath: `NOTIFY_SOCKET`; a leading `@` means the abstract space.
  package init(socketPath: String?) {
    path = socketPath
  }

  package func ready(status: String) { send("READY=1\nSTATUS=\(ReadinessNotifier.oneLine(status))") }

  package func status(_ text: String) { send("STATUS=\(ReadinessNotifier.oneLine(text))") }

  /// A reload begins; `ready` ends it. With the time on the monotonic clock in microseconds, by which the manager
  /// tells this reload's end from an earlier one's (`Type=notify-reload`).
  package func reloading() {
    let microseconds = SystemClock.read(CLOCK_MONOTONIC, unitsPerSecond: 1_000_000)
    send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
  }

  package func watchdog() { send("WATCHDOG=1") }

  package func stopping() { send("STOPPING=1") }

  /// How often the manager wants to hear `watchdog` at the latest; half of it is a good beat. Nil when it does not
  /// watch, or watches another process.
  ///
  /// - Parameters:
  ///   - microseconds: `WATCHDOG_USEC`
  ///   - watchedPID: `WATCHDOG_PID`
  package static func watchdogInterval(microseconds: String?, watchedPID: String?, pid: Int32) -> Duration? {
    guard let microseconds, let value = Decimal.read(microseconds), value > 0 else { return nil }
    if let watchedPID, Decimal.read(watchedPID) != Int64(pid) { return nil }
    return .microseconds(value)
  }

  /// A line end in a status would begin another assignment.
  private static func oneLine(_ text: String) -> String {
    String(decoding: text.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
  }

  /// The manager is not asked whether it heard: the daemon's work does not depend on it.
  private func send(_ message: String) {
    guard let path, let address = UnixAddress(path) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(message.utf8)
    _ = unsafe address.withPointer { pointer, length in
      unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
    }
  }
}
