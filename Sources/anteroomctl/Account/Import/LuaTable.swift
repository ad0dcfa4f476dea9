/// A value of a file that Prosody wrote: Lua that is read, never run.
indirect enum LuaValue: Equatable {
  case string([UInt8])
  case number(Int)
  case flag(Bool)
  case table([(key: LuaValue, value: LuaValue)])
  /// A number with a fraction, or `nil`: nothing that an account is made of.
  case other

  static func == (one: LuaValue, other: LuaValue) -> Bool {
    switch (one, other) {
    case (.string(let one), .string(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.flag(let one), .flag(let other)): one == other
    case (.other, .other): true
    case (.table(let one), .table(let other)):
      one.count == other.count && zip(one, other).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    case (.string, _), (.number, _), (.flag, _), (.table, _), (.other, _): false
    }
  }

  subscript(_ name: String) -> LuaValue? {
    guard case .table(let members) = self else { return nil }
    return members.first { $0.key == .string(Array(name.utf8)) }?.value
  }

  var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
  var number: Int? { if case .number(let number) = self { number } else { nil } }
}

/// Reads `return { ["key"] = value; … };` and nothing that would have to be computed.
struct LuaReader {
  struct Mistake: Error, Equatable { let offset: Int }

  private static let deepest = 8

  private let bytes: [UInt8]
  private var index = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func read(_ bytes: [UInt8]) throws(Mistake) -> LuaValue {
    var reader = LuaReader(bytes)
    try reader.expect("return")
    let value = try reader.value(depth: 1)
    _ = reader.take(";")
    reader.skipSpace()
    guard reader.index == bytes.count else { throw reader.mistake }
    return value
  }

  private var mistake: Mistake { Mistake(offset: index) }
  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    guard bytes[index...].starts(with: "--".utf8) else { return }
    // A comment to the end of its line.
    while let byte = next, byte != 0x0A { index += 1 }
    if index < bytes.count { skipSpaceAgain() }
  }

  /// Not by recursion: a file of comments alone must not fill the stack.
  private mutating func skipSpaceAgain() {
    while let byte = next {
      if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        index += 1
      } else if bytes[index...].starts(with: "--".utf8) {
        while let byte = next, byte != 0x0A { index += 1 }
      } else {
        return
      }
    }
  }

  private mutating func take(_ word: String) -> Bool {
    skipSpace()
    guard bytes[index...].starts(with: word.utf8) else { return false }
    index += word.utf8.count
    return true
  }

  private mutating func expect(_ word: String) throws(Mistake) {
    guard take(word) else { throw mistake }
  }

  private mutating func value(depth: Int) throws(Mistake) -> LuaValue {
    guard depth <= LuaReader.deepest else { throw mistake }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try table(depth: depth)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
    case _: break
    }
    if take("true") { return .flag(true) }
    if take("false") { return .flag(false) }
    if take("nil") { return .other }
    return try number()
  }

  private mutating func table(depth: Int) throws(Mistake) -> LuaValue {
    try expect("{")
    var members: [(key: LuaValue, value: LuaValue)] = []
    while !take("}") {
      var key = LuaValue.number(members.count + 1)
      if take("[") {
        key = try value(depth: depth + 1)
        try expect("]")
        try expect("=")
      } else if let name = try name() {
        key = .string(name)
        try expect("=")
      }
      members.append((key, try value(depth: depth + 1)))
      if !take(";"), !take(",") {
        try expect("}")
        break
      }
    }
    return .table(members)
  }

  /// A key that is written without quotes; nil where a value stands.
  private mutating func name() throws(Mistake) -> [UInt8]? {
    skipSpace()
    let start = index
    while let byte = next, LuaReader.isNamePart(byte) { index += 1 }
    let name = Array(bytes[start..<index])
    skipSpace()
    if let first = name.first, !(0x30...0x39).contains(first), next == UInt8(ascii: "=") { return name }
    index = start
    return nil
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    case _: false
    }
  }

  private mutating func number() throws(Mistake) -> LuaValue {
    let start = index
    while let byte = next,
      LuaReader.isNamePart(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "+")
    { index += 1 }
    let text = bytes[start..<index]
    guard let first = text.first, (0x30...0x39).contains(first) || first == UInt8(ascii: "-"), text.count <= 40 else {
      throw mistake
    }
    guard text.allSatisfy({ (0x30...0x39).contains($0) }) else { return .other }
    return Int(String(decoding: text, as: UTF8.self)).map(LuaValue.number) ?? .other
  }

  private mutating func string() throws(Mistake) -> [UInt8] {
    let quote = next
    index += 1
    var text: [UInt8] = []
    while let byte = next {
      index += 1
      if byte == quote { return text }
      if byte == 0x0A { throw mistake }
      if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
    }
    throw mistake
  }

  /// The escapes that Lua itself writes with `%q`, and the usual others.
  private mutating func escape(into text: inout [UInt8]) throws(Mistake) {
    guard let byte = next else { throw mistake }
    index += 1
    switch byte {
    case UInt8(ascii: "n"), 0x0A: text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "a"): text.append(0x07)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "v"): text.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): text.append(byte)
    case UInt8(ascii: "x"):
      guard index + 2 <= bytes.count, let value = Hex.bytes(bytes[index..<index + 2])?.first else { throw mistake }
      index += 2
      text.append(value)
    case 0x30...0x39:
      var value = Int(byte - 0x30)
      for _ in 0..<2 {
        guard let digit = next, (0x30...0x39).contains(digit) else { break }
        value = value * 10 + Int(digit - 0x30)
        index += 1
      }
      guard value < 256 else { throw mistake }
      text.append(UInt8(value))
    case _: throw mistake
    }
  }
}
