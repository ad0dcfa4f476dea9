import SecretMemory

/// Reads one JSON value from bytes, strictly: UTF-8, no duplicate members, at most 16 levels, no NUL, no
/// lone surrogate, nothing after the value. Strings of members named in `secrets` are written straight
/// into memory that is wiped.
package enum JSONReader {
  package static func read(_ bytes: Span<UInt8>, secrets: Set<String>) throws(JSONFlaw) -> JSONValue {
    if let offset = UTF8Check.firstFlaw(in: bytes) { throw JSONFlaw(kind: .notUTF8, offset: offset) }
    var cursor = Cursor(secrets: secrets)
    cursor.skipSpace(bytes)
    let value = try cursor.value(bytes, depth: 1, isSecret: false)
    cursor.skipSpace(bytes)
    guard cursor.index == bytes.count else { throw cursor.flaw(.trailing) }
    return value
  }
}

/// Where the reader stands. The bytes are handed in at each step, since a span cannot be kept.
private struct Cursor {
  let secrets: Set<String>
  var index = 0

  private static let deepest = 16

  init(secrets: Set<String>) { self.secrets = secrets }

  func flaw(_ kind: JSONFlaw.Kind) -> JSONFlaw { JSONFlaw(kind: kind, offset: index) }

  mutating func skipSpace(_ bytes: Span<UInt8>) {
    while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
  }

  mutating func value(_ bytes: Span<UInt8>, depth: Int, isSecret: Bool) throws(JSONFlaw) -> JSONValue {
    guard index < bytes.count else { throw flaw(.syntax) }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object(bytes, depth: depth, isSecret: isSecret)
    case UInt8(ascii: "["): return try array(bytes, depth: depth, isSecret: isSecret)
    case UInt8(ascii: "\""): return try string(bytes, isSecret: isSecret)
    case UInt8(ascii: "t"): return try word("true", bytes, .bool(true))
    case UInt8(ascii: "f"): return try word("false", bytes, .bool(false))
    case UInt8(ascii: "n"): return try word("null", bytes, .null)
    case _: return try number(bytes)
    }
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int, isSecret: Bool) throws(JSONFlaw) -> JSONValue {
    guard depth <= Cursor.deepest else { throw flaw(.tooDeep) }
    index += 1
    var members: [JSONMember] = []
    var names: Set<String> = []
    skipSpace(bytes)
    if take(UInt8(ascii: "}"), bytes) { return .object([]) }
    while true {
      skipSpace(bytes)
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\""),
        case .string(let name) = try string(bytes, isSecret: false)
      else { throw flaw(.syntax) }
      // Compared as bytes would be: two spellings of one text by escapes are the same member.
      guard names.insert(name).inserted else { throw flaw(.duplicateKey) }
      skipSpace(bytes)
      guard take(UInt8(ascii: ":"), bytes) else { throw flaw(.syntax) }
      skipSpace(bytes)
      // What stands below a secret's name was meant to be the secret, whatever its shape.
      let below = isSecret || secrets.contains(name)
      members.append(JSONMember(name: name, value: try value(bytes, depth: depth + 1, isSecret: below)))
      skipSpace(bytes)
      if take(UInt8(ascii: "}"), bytes) { return .object(members) }
      guard take(UInt8(ascii: ","), bytes) else { throw flaw(.syntax) }
    }
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int, isSecret: Bool) throws(JSONFlaw) -> JSONValue {
    guard depth <= Cursor.deepest else { throw flaw(.tooDeep) }
    index += 1
    var values: [JSONValue] = []
    skipSpace(bytes)
    if take(UInt8(ascii: "]"), bytes) { return .array([]) }
    while true {
      skipSpace(bytes)
      values.append(try value(bytes, depth: depth + 1, isSecret: isSecret))
      skipSpace(bytes)
      if take(UInt8(ascii: "]"), bytes) { return .array(values) }
      guard take(UInt8(ascii: ","), bytes) else { throw flaw(.syntax) }
    }
  }

  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func word(_ word: StaticString, _ bytes: Span<UInt8>, _ value: JSONValue) throws(JSONFlaw)
    -> JSONValue
  {
    for byte in word.description.utf8 {
      guard take(byte, bytes) else { throw flaw(.syntax) }
    }
    return value
  }

  private mutating func number(_ bytes: Span<UInt8>) throws(JSONFlaw) -> JSONValue {
    let start = index
    _ = take(UInt8(ascii: "-"), bytes)
    let whole = digits(bytes)
    // No leading zero, no bare sign, no leading plus.
    guard whole > 0, whole == 1 || bytes[index - whole] != UInt8(ascii: "0") else { throw flaw(.syntax) }
    let end = index
    var hasFraction = false
    if take(UInt8(ascii: "."), bytes) {
      hasFraction = true
      guard digits(bytes) > 0 else { throw flaw(.syntax) }
    }
    if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
      if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
      guard digits(bytes) > 0 else { throw flaw(.syntax) }
      return .decimal(floor: nil)
    }
    guard end - start <= 20 else { return .decimal(floor: nil) }
    let text = String(decoding: (start..<end).map { bytes[$0] }, as: UTF8.self)
    guard let whole = Int64(text) else { return .decimal(floor: nil) }
    if !hasFraction { return .integer(whole) }
    // Below zero the digits before the point would be above the value.
    return .decimal(floor: bytes[start] == UInt8(ascii: "-") ? nil : whole)
  }

  private mutating func digits(_ bytes: Span<UInt8>) -> Int {
    let start = index
    while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
    return index - start
  }

  private mutating func string(_ bytes: Span<UInt8>, isSecret: Bool) throws(JSONFlaw) -> JSONValue {
    index += 1
    var text: [UInt8] = []
    // Room for all of it at once: a secret must not be left behind where an array grew away from.
    text.reserveCapacity(length(bytes))
    defer { if isSecret { for place in text.indices { text[place] = 0 } } }
    while true {
      guard index < bytes.count else { throw flaw(.syntax) }
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        return isSecret
          ? .secret(SecretBox(SecretBytes(copying: text))) : .string(String(decoding: text, as: UTF8.self))
      case UInt8(ascii: "\\"): try escape(bytes, into: &text)
      case 0..<0x20: throw flaw(.syntax)
      case _: text.append(byte)
      }
    }
  }

  /// How many bytes lie between here and the closing quote; escapes only shrink.
  private func length(_ bytes: Span<UInt8>) -> Int {
    var end = index
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    return max(0, min(end, bytes.count) - index)
  }

  private mutating func escape(_ bytes: Span<UInt8>, into text: inout [UInt8]) throws(JSONFlaw) {
    guard index < bytes.count else { throw flaw(.syntax) }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try unicode(bytes, into: &text)
    case _: throw flaw(.syntax)
    }
  }

  private mutating func unicode(_ bytes: Span<UInt8>, into text: inout [UInt8]) throws(JSONFlaw) {
    let first = try hex(bytes)
    var scalar = UInt32(first)
    if (0xD800...0xDBFF).contains(first) {
      guard take(UInt8(ascii: "\\"), bytes), take(UInt8(ascii: "u"), bytes) else { throw flaw(.badEscape) }
      let second = try hex(bytes)
      guard (0xDC00...0xDFFF).contains(second) else { throw flaw(.badEscape) }
      scalar = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard scalar != 0, let character = Unicode.Scalar(scalar) else { throw flaw(.badEscape) }
    text.append(contentsOf: UTF8.encode(character) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func hex(_ bytes: Span<UInt8>) throws(JSONFlaw) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard index < bytes.count else { throw flaw(.syntax) }
      let digit: UInt8
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
      case _: throw flaw(.syntax)
      }
      value = value << 4 | UInt16(digit)
      index += 1
    }
    return value
  }
}
