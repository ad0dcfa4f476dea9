/// Makes strings of the bytes of a header.
enum HeaderText {
  /// Nil where the bytes are not UTF-8: replacement characters would make two different tokens look alike.
  static func text(_ bytes: Span<UInt8>) -> String? {
    guard let text = try? UTF8Span(validating: bytes) else { return nil }
    return String(copying: text)
  }

  /// A field name in lower case; nil when it is empty or holds anything but token characters (RFC 9110, section
  /// 5.6.2). A space before the colon is one of those: `Content-Length : 5` has smuggled requests before.
  static func name(_ bytes: Span<UInt8>) -> String? {
    guard !bytes.isEmpty else { return nil }
    for index in bytes.indices where !isToken(bytes[index]) { return nil }
    return unsafe String(unsafeUninitializedCapacity: bytes.count) { output in
      for index in bytes.indices {
        let byte = bytes[index]
        unsafe output[index] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
      }
      return bytes.count
    }
  }

  /// A field value without the white space around it; nil when it holds a control character other than a tab.
  static func value(_ bytes: Span<UInt8>) -> String? {
    var start = 0
    var end = bytes.count
    while start < end, isBlank(bytes[start]) { start += 1 }
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    for index in start..<end {
      let byte = bytes[index]
      if (byte < 0x20 && byte != 0x09) || byte == 0x7F { return nil }
    }
    return text(bytes.extracting(start..<end))
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// A token's character (RFC 9110, section 5.6.2).
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
      UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    case _: false
    }
  }
}
