import AnteroomCore
package import AnteroomServices
import Glibc
package import Logging
import Synchronization

/// Writes one line for each event to standard error, in the form that the configuration asks for. What
/// is logged is written by us and holds no secret; control characters in it become spaces, so that
/// nobody's name starts a line of its own.
package struct LineLog: LogHandler {
  package var logLevel: Logger.Level {
    get { level.current }
    set { _ = newValue }
  }
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  private let format: Configuration.LogFormat
  private let level: LogThreshold
  private let clock: any WallClock

  package init(format: Configuration.LogFormat, level: LogThreshold, clock: any WallClock) {
    self.format = format
    self.level = level
    self.clock = clock
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
    let line =
      switch format {
      case .journal:
        "<\(LineLog.priority(event.level))>" + LineLog.plain(event, fields)
      case .text: "\(clock.now()) \(event.level) " + LineLog.plain(event, fields)
      case .json: json(event, fields)
      }
    LineLog.write(line + "\n")
  }

  private static func plain(_ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
    let text = event.message.description + fields.map { " \($0.key)=\($0.value)" }.joined()
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }

  private func json(_ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
    let bytes = JSONText.object { json in
      json.member("time", clock.now())
      json.member("level", event.level.rawValue)
      json.member("message", event.message.description)
      for field in fields { json.member(field.key, "\(field.value)") }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// syslog(3)'s numbers, as sd-daemon(3) reads them at the head of a line.
  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// One write for one line, so that lines of different threads do not mix.
  private static func write(_ line: String) {
    var line = line
    line.withUTF8 { bytes in
      _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }
}

/// The level in force, which a reload may change.
package final class LogThreshold: Sendable {
  private let level: Mutex<Logger.Level>

  package init(_ level: Logger.Level) { self.level = Mutex(level) }

  package var current: Logger.Level { level.withLock { $0 } }
  package func set(_ new: Logger.Level) { level.withLock { $0 = new } }
}

extension Configuration.LogLevel {
  package var level: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .info: .info
    case .debug: .debug
    }
  }
}
