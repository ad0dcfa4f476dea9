/// Base64 without padding, read as strictly as it is written (RFC 4648, sections 3.2 to 3.5): whoever may
/// choose among spellings of the same bytes can make two strings that compare unequal and mean one value.
enum Base64 {
  enum Alphabet {
    /// RFC 4648 section 4: PHC strings and signed notes.
    case standard
    /// RFC 4648 section 5: JOSE.
    case url
  }

  private static let standardDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let standardValues = values(of: standardDigits)
  private static let urlValues = values(of: urlDigits)

  private static func values(of digits: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }

  static func append(_ bytes: [UInt8], as alphabet: Alphabet, to output: inout [UInt8]) {
    let digits = alphabet == .url ? urlDigits : standardDigits
    var held: UInt32 = 0
    var bits = 0
    for byte in bytes {
      held = held << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        output.append(digits[Int(held >> UInt32(bits) & 63)])
      }
      held &= 0xFF
    }
    if bits > 0 { output.append(digits[Int(held << UInt32(6 - bits) & 63)]) }
  }

  static func text(_ bytes: [UInt8], as alphabet: Alphabet) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count * 4 + 2) / 3)
    append(bytes, as: alphabet, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// With `=` up to a multiple of four, as signed notes write it.
  static func paddedText(_ bytes: [UInt8]) -> String {
    text(bytes, as: .standard) + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
  }

  /// Nil for a character outside the alphabet, padding, an impossible length, or bits that are left over
  /// and not zero.
  static func decode(_ text: ArraySlice<UInt8>, as alphabet: Alphabet) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    let values = alphabet == .url ? urlValues : standardValues
    var output: [UInt8] = []
    output.reserveCapacity(text.count * 3 / 4)
    var held: UInt32 = 0
    var bits = 0
    for digit in text {
      let value = values[Int(digit)]
      guard value < 64 else { return nil }
      held = held << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(held >> UInt32(bits) & 0xFF))
        held &= (1 << UInt32(bits)) - 1
      }
    }
    return held == 0 ? output : nil
  }

  /// As `decode`, and the padding must be exactly what the length asks for.
  static func decodePadded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    return decode(text.dropLast(padding), as: .standard)
  }
}
