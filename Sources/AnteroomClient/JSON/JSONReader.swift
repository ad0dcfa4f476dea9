/// Why bytes are not the JSON that is read here, and where.
package struct JSONRefusal: Error, Equatable, Sendable {
  package enum Reason: String, Sendable {
    case notUTF8 = "not UTF-8"
    case unexpectedByte = "an unexpected byte"
    case unexpectedEnd = "an unexpected end"
    case tooDeep = "nesting too deep"
    case duplicateMember = "a member that stands twice"
    case badNumber = "a malformed number"
    case badEscape = "a malformed escape"
    case loneSurrogate = "a lone surrogate"
    case control = "a control character or NUL in a string"
    case trailing = "something after the value"
  }
  package let reason: Reason
  /// Bytes before the place of the fault.
  package let offset: Int
}

/// A strict reader of RFC 8259: one value, no duplicate members, no NUL, at most `deepest` levels.
/// The daemon is trusted to answer, not to be the one who listens on the path: a hostile answer may
/// cost no more than its own bytes.
package struct JSONReader {
  package static let deepest = 32

  private let bytes: [UInt8]
  private var place = 0

  package static func read(_ bytes: [UInt8]) throws(JSONRefusal) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONRefusal(reason: .notUTF8, offset: 0) }
    var reader = JSONReader(bytes: bytes)
    reader.skipSpace()
    let value = try reader.value(depth: 1)
    reader.skipSpace()
    guard reader.place == bytes.count else { throw reader.refusal(.trailing) }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func refusal(_ reason: JSONRefusal.Reason) -> JSONRefusal { JSONRefusal(reason: reason, offset: place) }

  private func peek() throws(JSONRefusal) -> UInt8 {
    guard place < bytes.count else { throw refusal(.unexpectedEnd) }
    return bytes[place]
  }

  private mutating func take() throws(JSONRefusal) -> UInt8 {
    let byte = try peek()
    place += 1
    return byte
  }

  private mutating func skipSpace() {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      case _: return
      }
    }
  }

  private mutating func expect(_ byte: UInt8) throws(JSONRefusal) {
    guard try peek() == byte else { throw refusal(.unexpectedByte) }
    place += 1
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONRefusal) -> JSONValue {
    for byte in word.description.utf8 { try expect(byte) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONRefusal) -> JSONValue {
    switch try peek() {
    case UInt8(ascii: "{"): try object(depth: depth)
    case UInt8(ascii: "["): try array(depth: depth)
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "t"): try word("true", .bool(true))
    case UInt8(ascii: "f"): try word("false", .bool(false))
    case UInt8(ascii: "n"): try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number(try number())
    case _: throw refusal(.unexpectedByte)
    }
  }

  private mutating func array(depth: Int) throws(JSONRefusal) -> JSONValue {
    guard depth <= JSONReader.deepest else { throw refusal(.tooDeep) }
    try expect(UInt8(ascii: "["))
    skipSpace()
    var items: [JSONValue] = []
    if try peek() == UInt8(ascii: "]") {
      place += 1
      return .array(items)
    }
    while true {
      skipSpace()
      items.append(try value(depth: depth + 1))
      skipSpace()
      if try peek() == UInt8(ascii: "]") {
        place += 1
        return .array(items)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func object(depth: Int) throws(JSONRefusal) -> JSONValue {
    guard depth <= JSONReader.deepest else { throw refusal(.tooDeep) }
    try expect(UInt8(ascii: "{"))
    skipSpace()
    var members: [JSONValue.Member] = []
    // By bytes: Swift's String holds canonically equivalent names to be one.
    var seen: Set<[UInt8]> = []
    if try peek() == UInt8(ascii: "}") {
      place += 1
      return .object(members)
    }
    while true {
      skipSpace()
      let name = try string()
      guard seen.insert(Array(name.utf8)).inserted else { throw refusal(.duplicateMember) }
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      members.append(JSONValue.Member(name, try value(depth: depth + 1)))
      skipSpace()
      if try peek() == UInt8(ascii: "}") {
        place += 1
        return .object(members)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func number() throws(JSONRefusal) -> String {
    let start = place
    if try peek() == UInt8(ascii: "-") { place += 1 }
    let leading = place
    try digits()
    if bytes[leading] == UInt8(ascii: "0"), place - leading > 1 { throw refusal(.badNumber) }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      try digits()
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[place]) { place += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func digits() throws(JSONRefusal) {
    let start = place
    while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) { place += 1 }
    guard place > start else { throw refusal(.badNumber) }
  }

  private mutating func string() throws(JSONRefusal) -> String {
    try expect(UInt8(ascii: "\""))
    var output: [UInt8] = []
    while true {
      let run = place
      while place < bytes.count, bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\""),
        bytes[place] != UInt8(ascii: "\\")
      { place += 1 }
      output.append(contentsOf: bytes[run..<place])
      switch try take() {
      case UInt8(ascii: "\""): return String(decoding: output, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &output)
      case _: throw refusal(.control)
      }
    }
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONRefusal) {
    switch try take() {
    case UInt8(ascii: "\""): output.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): output.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): output.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): output.append(contentsOf: Array(String(Character(try scalar())).utf8))
    case _: throw refusal(.badEscape)
    }
  }

  private mutating func scalar() throws(JSONRefusal) -> Unicode.Scalar {
    let first = try fourHex()
    if first == 0 { throw refusal(.control) }
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800...0xDBFF).contains(first), place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
      bytes[place + 1] == UInt8(ascii: "u")
    else { throw refusal(.loneSurrogate) }
    place += 2
    let second = try fourHex()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw refusal(.loneSurrogate) }
    return scalar
  }

  private mutating func fourHex() throws(JSONRefusal) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = hexDigit(try take()) else { throw refusal(.badEscape) }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}

/// The value of one hexadecimal digit in either case.
func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  case _: nil
  }
}
