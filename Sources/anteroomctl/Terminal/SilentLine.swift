import Glibc

/// Reads a line without showing it. The terminal's own line editing is off while it does, so that an
/// interrupt comes here as a byte and cannot leave the terminal without echo.
enum SilentLine {
  static func read() throws -> [UInt8] {
    var before = termios()
    guard unsafe tcgetattr(0, &before) == 0 else { throw Failure(.failed, "the terminal cannot be set up") }
    var silent = before
    unsafe cfmakeraw(&silent)
    // Output is still to be cooked: other lines may be written meanwhile.
    silent.c_oflag = before.c_oflag
    _ = unsafe tcsetattr(0, TCSAFLUSH, &silent)
    defer {
      _ = unsafe tcsetattr(0, TCSAFLUSH, &before)
      writeAll("\n", to: .error)
    }
    return try line()
  }

  private static func line() throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(StandardInput.lineLimit)
    while bytes.count < StandardInput.lineLimit, let byte = StandardInput.next() {
      switch byte {
      case 0x0A, 0x0D: return try checked(bytes)
      case 0x03, 0x04: throw Failure(.failed, "given up")
      case 0x15: bytes.removeAll(keepingCapacity: true)
      case 0x08, 0x7F: removeLastScalar(&bytes)
      case 0..<0x20: break
      case _: bytes.append(byte)
      }
    }
    return try checked(bytes)
  }

  private static func checked(_ bytes: [UInt8]) throws -> [UInt8] {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Failure(.usage, "what was typed is not UTF-8", next: "set the terminal to UTF-8")
    }
    return bytes
  }

  private static func removeLastScalar(_ bytes: inout [UInt8]) {
    while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
  }
}
