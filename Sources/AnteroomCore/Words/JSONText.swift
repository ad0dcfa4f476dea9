/// Writes JSON (RFC 8259) into bytes, member by member, in the order given.
package struct JSONText: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() { bytes.reserveCapacity(512) }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package static func object(_ write: (inout JSONText) -> Void) -> [UInt8] {
    var text = JSONText()
    text.object(write)
    return text.bytes
  }

  // MARK: values

  package mutating func object(_ write: (inout JSONText) -> Void) {
    open(UInt8(ascii: "{"))
    write(&self)
    close(UInt8(ascii: "}"))
  }

  package mutating func array<Elements: Sequence>(
    _ elements: Elements, _ write: (inout JSONText, Elements.Element) -> Void
  ) {
    open(UInt8(ascii: "["))
    for element in elements { write(&self, element) }
    close(UInt8(ascii: "]"))
  }

  package mutating func value(_ text: String) {
    separate()
    quote(text)
  }

  package mutating func value(_ number: Int64) {
    separate()
    bytes.append(contentsOf: String(number).utf8)
  }

  package mutating func value(_ number: Int) { value(Int64(number)) }

  package mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// JSON that was written before, as it is.
  package mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  // MARK: members

  package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func member(_ name: String, _ text: String) {
    key(name)
    value(text)
  }

  package mutating func member(_ name: String, _ number: Int64) {
    key(name)
    value(number)
  }

  package mutating func member(_ name: String, _ number: Int) {
    key(name)
    value(number)
  }

  package mutating func member(_ name: String, _ flag: Bool) {
    key(name)
    value(flag)
  }

  package mutating func member(_ name: String, _ time: Instant) { member(name, time.description) }

  package mutating func null(_ name: String) {
    key(name)
    null()
  }

  package mutating func object(_ name: String, _ write: (inout JSONText) -> Void) {
    key(name)
    object(write)
  }

  package mutating func array<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ write: (inout JSONText, Elements.Element) -> Void
  ) {
    key(name)
    array(elements, write)
  }

  /// Bytes of UTF-8 that hold a secret which is given out this once.
  package mutating func member(_ name: String, utf8 secret: Span<UInt8>) {
    key(name)
    separate()
    bytes.append(UInt8(ascii: "\""))
    for index in secret.indices { append(escaped: secret[index]) }
    bytes.append(UInt8(ascii: "\""))
  }

  // MARK: bytes

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    // Hardly any text has something to escape: then it is copied whole.
    if JSONText.isEscaped(anyOf: text.utf8.span) {
      for byte in text.utf8 { append(escaped: byte) }
    } else {
      bytes.append(contentsOf: text.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEscaped(anyOf bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices where isEscaped(bytes[index]) { return true }
    return false
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private mutating func append(escaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0..<0x20, 0x7F:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }
}
