import AnteroomClient
import Glibc

/// Asks a person, or reads the lines a script sends on standard input.
enum Prompt {
  /// A line with echo.
  static func line(_ label: String, orUse flag: String) throws -> String {
    try requireTerminal(orUse: flag)
    writeAll(label + ": ", to: .error)
    guard let bytes = StandardInput.line() else { throw endOfInput(label) }
    return try text(bytes, label)
  }

  /// A line without echo.
  static func secret(_ label: String, orUse flag: String) throws -> WipedBytes {
    try requireTerminal(orUse: flag)
    writeAll(label + ": ", to: .error)
    return WipedBytes(try SilentLine.read())
  }

  /// A new password, typed twice: what was mistyped unseen would lock its owner out.
  static func newPassword(orUse flag: String) throws -> WipedBytes {
    for _ in 0..<3 {
      let first = try secret("New password", orUse: flag)
      let second = try secret("The same again", orUse: flag)
      let same = first.withBytes { one in
        second.withBytes { other in one.count == other.count && one.indices.allSatisfy { one[$0] == other[$0] } }
      }
      if same { return first }
      writeAll("The two are not the same.\n", to: .error)
    }
    throw Failure(.failed, "no password was set", why: "the two entries differed three times")
  }

  /// The next line of standard input, for the options that end in `-stdin`.
  static func scripted(_ label: String) throws -> WipedBytes {
    guard let bytes = StandardInput.line() else { throw endOfInput(label) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw notUTF8(label) }
    return WipedBytes(bytes)
  }

  static func scriptedText(_ label: String) throws -> String {
    guard let bytes = StandardInput.line() else { throw endOfInput(label) }
    return try text(bytes, label)
  }

  private static func text(_ bytes: [UInt8], _ label: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw notUTF8(label) }
    return text
  }

  private static func requireTerminal(orUse flag: String) throws {
    guard isatty(0) == 1 else {
      throw Failure(
        .usage, "nobody can be asked: standard input is not a terminal",
        next: "run it in a terminal, or use \(flag)")
    }
  }

  private static func endOfInput(_ label: String) -> Failure {
    Failure(.usage, "standard input ended before: \(label)")
  }

  private static func notUTF8(_ label: String) -> Failure { Failure(.usage, "not UTF-8: \(label)") }
}

/// Standard input, one byte at a time: what comes after the line belongs to whoever reads next.
enum StandardInput {
  static let lineLimit = 8192

  /// The next line without its end; nil when there is none.
  static func line() -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lineLimit)
    var ended = false
    while bytes.count < lineLimit, let byte = next() {
      if byte == 0x0A {
        ended = true
        break
      }
      bytes.append(byte)
    }
    if bytes.last == 0x0D { bytes.removeLast() }
    return bytes.isEmpty && !ended ? nil : bytes
  }

  static func next() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(0, &byte, 1)
      if count == 1 { return byte }
      if count == 0 || errno != EINTR { return nil }
    }
  }
}
