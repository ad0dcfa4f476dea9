import Glibc
import Synchronization

/// The terminal as one picture: alternate screen, keys one by one. Whoever opens it closes it; a signal that ends
/// the program by a fault puts the terminal back as well.
final class FullScreen {
  struct Size: Equatable, Sendable {
    let columns: Int
    let rows: Int
  }

  // Alternate screen, no wrapping, no cursor, pasted text marked as such; and the reverse of it.
  private static let enter = "\u{1B}[?1049h\u{1B}[?7l\u{1B}[?25l\u{1B}[?2004h\u{1B}[H\u{1B}[2J"
  private static let leave = "\u{1B}[?2004l\u{1B}[0m\u{1B}[?25h\u{1B}[?7h\u{1B}[?1049l"

  private let colour: Bool
  private let before: termios
  private var shown: Picture?
  private var isOpen = false

  /// Nil when input or output is no terminal that can be drawn on.
  init?(colour: Bool) {
    var facts = termios()
    guard isatty(0) == 1, isatty(1) == 1, unsafe tcgetattr(0, &facts) == 0 else { return nil }
    self.colour = colour
    before = facts
    FaultRestore.prepare(before, leave: FullScreen.leave)
  }

  deinit { close() }

  func open() {
    guard !isOpen else { return }
    var raw = before
    unsafe cfmakeraw(&raw)
    _ = unsafe tcsetattr(0, TCSAFLUSH, &raw)
    isOpen = true
    shown = nil
    FaultRestore.arm(true)
    writeAll(FullScreen.enter, to: .output)
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    FaultRestore.arm(false)
    writeAll(FullScreen.leave, to: .output)
    var cooked = before
    _ = unsafe tcsetattr(0, TCSAFLUSH, &cooked)
  }

  /// 80 by 24 where the terminal does not say.
  var size: Size {
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return Size(columns: 80, rows: 24)
    }
    return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  /// Draws what differs from what is shown.
  func show(_ picture: Picture) {
    guard isOpen, picture != shown else { return }
    let isNew = shown.map { $0.lines.count != picture.lines.count } ?? true
    let bytes = picture.bytes(after: isNew ? nil : shown, colour: colour)
    writeAll((isNew ? "\u{1B}[2J" : "") + bytes, to: .output)
    shown = picture
  }

  /// What is on the screen is not known any more: the next picture is drawn whole.
  func forget() { shown = nil }

  func ring() { writeAll("\u{7}", to: .output) }
}

/// A trap must not leave a terminal without echo behind. What stands here is all that a signal handler touches.
private enum FaultRestore {
  private nonisolated(unsafe) static var terminal = termios()
  private nonisolated(unsafe) static var text: UnsafeMutableBufferPointer<UInt8>?
  private static let isArmed = Atomic<Bool>(false)

  static func prepare(_ before: termios, leave: String) {
    guard unsafe text == nil else { return }
    unsafe terminal = before
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: leave.utf8.count)
    _ = unsafe buffer.initialize(from: leave.utf8)
    unsafe text = unsafe buffer
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
      _ = signal(number) { number in
        FaultRestore.restore()
        _ = signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  static func arm(_ on: Bool) { isArmed.store(on, ordering: .sequentiallyConsistent) }

  // write(2) and tcsetattr(3) are safe in a signal handler.
  private static func restore() {
    guard isArmed.load(ordering: .sequentiallyConsistent), let text = unsafe text else { return }
    _ = unsafe write(1, text.baseAddress, text.count)
    _ = unsafe tcsetattr(0, TCSANOW, &terminal)
  }
}
