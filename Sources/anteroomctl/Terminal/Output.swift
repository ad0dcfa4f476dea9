import AnteroomClient
import Glibc

enum Stream: Int32 {
  case output = 1
  case error = 2

  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// How wide the terminal is; nil where it is none, or does not say.
  var columns: Int? {
    var size = winsize()
    guard isTerminal, unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}

/// Writes everything at once, unbuffered: whoever reads line by line must not wait for a buffer.
func writeAll(_ text: String, to stream: Stream) { writeAll(Array(text.utf8), to: stream) }

func writeAll(_ bytes: [UInt8], to stream: Stream) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe write(stream.rawValue, $0.baseAddress, $0.count) }
    if written > 0 {
      rest = rest.dropFirst(written)
    } else if errno != EINTR {
      giveUp(stream, errno)
    }
  }
}

/// Where the reader is gone nobody is left to be told. A full disk is another thing: what was shown once, a code,
/// is lost with it, and the operator has to hear of it.
private func giveUp(_ stream: Stream, _ number: Int32) -> Never {
  if stream == .output, number != EPIPE {
    let why = unsafe String(cString: strerror(number))
    Failure(
      .failed, "what was done could not be written to standard output", why: why,
      next: "look at what became of it before it is run again: a code in it that is shown once has to be made anew"
    ).report()
  }
  exit(Outcome.failed.rawValue)
}

/// Where results go, and how: the one place that knows about terminals, colour and `--json`.
struct Console {
  let json: Bool
  let isTerminal: Bool
  let colour: Bool

  init(json: Bool) {
    self.json = json
    isTerminal = Stream.output.isTerminal
    // no-color.org: any value that is not empty switches colour off.
    let refused = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
    colour = isTerminal && !refused
  }

  /// With `--json` the answer as it came and a newline; otherwise what `human` makes of it.
  func show(_ answer: Answer, _ human: (JSONValue) -> [String]) throws {
    if json { return raw(answer.body) }
    lines(human(try Context.value(of: answer)))
  }

  /// The items of a list as a table, or with `--json` the answer as it came. `none` is said where there are none.
  func list(_ answer: Answer, _ headings: [String], none: String, _ row: (JSONValue) -> [String]) throws {
    if json { return raw(answer.body) }
    let rows = (try Context.value(of: answer)["items"]?.items ?? []).map(row)
    lines(Layout.table(headings, rows, within: Stream.output.columns))
    if rows.isEmpty { hint(none) }
  }

  func lines(_ lines: [String]) { writeAll(lines.map { $0 + "\n" }.joined(), to: .output) }

  /// What helps a person and would disturb a script's reading.
  func hint(_ text: String) {
    if !json { writeAll(visible(text) + "\n", to: .error) }
  }

  /// Bytes of the daemon's, byte for byte; on a terminal, what would steer it is escaped.
  func raw(_ body: [UInt8]) {
    guard isTerminal else { return writeAll(body + [0x0A], to: .output) }
    let text = String(decoding: body, as: UTF8.self)
    let shown = text.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0), asJSON: true) }
    writeAll(shown.joined(separator: "\n") + "\n", to: .output)
  }
}
