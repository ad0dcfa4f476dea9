/// UTF-8 (RFC 3629) by hand, so that no `String` has to hold a password.
enum UTF8Reader {
  /// One code point and its length in bytes; nil for anything but the shortest form of a scalar value:
  /// an overlong form or a surrogate would give one password several spellings.
  static func codePoint(in bytes: Span<UInt8>, at start: Int) -> (UInt32, Int)? {
    let lead = bytes[start]
    let length: Int
    var value: UInt32
    switch lead {
    case 0x00...0x7F: return (UInt32(lead), 1)
    case 0xC2...0xDF: (length, value) = (2, UInt32(lead & 0x1F))
    case 0xE0...0xEF: (length, value) = (3, UInt32(lead & 0x0F))
    case 0xF0...0xF4: (length, value) = (4, UInt32(lead & 0x07))
    default: return nil
    }
    guard start + length <= bytes.count else { return nil }
    for index in start + 1..<start + length {
      guard bytes[index] & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(bytes[index] & 0x3F)
    }
    guard self.length(of: value) == length, Unicode.Scalar(value) != nil else { return nil }
    return (value, length)
  }

  static func length(of codePoint: UInt32) -> Int {
    switch codePoint {
    case 0..<0x80: 1
    case 0x80..<0x800: 2
    case 0x800..<0x10000: 3
    default: 4
    }
  }

  @unsafe static func write(
    _ codePoint: UInt32, to buffer: UnsafeMutableBufferPointer<UInt8>, at position: inout Int
  ) {
    let length = length(of: codePoint)
    guard length > 1 else {
      unsafe buffer[position] = UInt8(truncatingIfNeeded: codePoint)
      position += 1
      return
    }
    let lengthMark = UInt8(truncatingIfNeeded: 0xF00 >> length)
    for index in 0..<length {
      let bits = codePoint >> UInt32(6 * (length - 1 - index))
      let byte = UInt8(truncatingIfNeeded: bits)
      unsafe buffer[position] = index == 0 ? lengthMark | byte : 0x80 | byte & 0x3F
      position += 1
    }
  }
}
