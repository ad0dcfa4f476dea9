/// Well-formed UTF-8 as Unicode's table 3-7 has it: no surrogate, nothing overlong, nothing above
/// U+10FFFF. Swift's own decoding would repair what is broken, and so let two bodies mean one thing.
package enum UTF8Check {
  /// Where the first byte stands that is not part of well-formed UTF-8, or is NUL; nil when none is.
  package static func firstFlaw(in bytes: Span<UInt8>) -> Int? {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let (length, second): (Int, ClosedRange<UInt8>)
      switch byte {
      case 0x01...0x7F:
        index += 1
        continue
      case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      case _: return index
      }
      guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return index }
      for rest in 2..<max(2, length) where !(0x80...0xBF).contains(bytes[index + rest]) { return index }
      index += length
    }
    return nil
  }
}
