extension JSONValue {
  /// Compact JSON in UTF-8, members in their order.
  package var bytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    return output
  }

  func write(to output: inout [UInt8]) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let truth): output.append(contentsOf: (truth ? "true" : "false").utf8)
    case .number(let text): output.append(contentsOf: text.utf8)
    case .string(let text): writeJSONString(Array(text.utf8).span, to: &output)
    case .array(let items):
      output.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        item.write(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        writeJSONString(Array(member.name.utf8).span, to: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}

/// Writes UTF-8 as a JSON string; the bytes must be valid UTF-8 already.
func writeJSONString(_ text: Span<UInt8>, to output: inout [UInt8]) {
  let hex = Array("0123456789abcdef".utf8)
  output.append(UInt8(ascii: "\""))
  for index in text.indices {
    let byte = text[index]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    case 0..<0x20:
      output.append(contentsOf: "\\u00".utf8)
      output.append(hex[Int(byte >> 4)])
      output.append(hex[Int(byte & 15)])
    case _: output.append(byte)
    }
  }
  output.append(UInt8(ascii: "\""))
}

/// One JSON object under construction: the body of a request, which may carry secrets.
package struct JSONBody {
  private var output: [UInt8] = []

  /// Reserves more than the largest password can need escaped: an array that grows leaves its old
  /// memory behind unwiped.
  package init() {
    output.reserveCapacity(16_384)
    output.append(UInt8(ascii: "{"))
  }

  private mutating func name(_ name: String) {
    if output.count > 1 { output.append(UInt8(ascii: ",")) }
    writeJSONString(Array(name.utf8).span, to: &output)
    output.append(UInt8(ascii: ":"))
  }

  package mutating func set(_ name: String, _ value: JSONValue) {
    self.name(name)
    value.write(to: &output)
  }

  package mutating func set(_ name: String, _ text: String) { set(name, .string(text)) }

  /// Nothing is written for nil: the daemon's own default decides.
  package mutating func set(_ name: String, ifPresent text: String?) {
    if let text { set(name, text) }
  }

  package mutating func set(_ name: String, secret: WipedBytes) {
    self.name(name)
    secret.withBytes { writeJSONString($0, to: &output) }
  }

  package consuming func finish() -> WipedBytes {
    output.append(UInt8(ascii: "}"))
    return WipedBytes(output)
  }
}
