/// base64url without padding (RFC 4648, section 5).
package enum Base64URL {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  package static func encode(_ bytes: Span<UInt8>, _ emit: (UInt8) -> Void) {
    var bits: UInt32 = 0
    var held = 0
    for index in bytes.indices {
      bits = bits << 8 | UInt32(bytes[index])
      held += 8
      while held >= 6 {
        held -= 6
        emit(alphabet[Int(bits >> UInt32(held) & 63)])
      }
    }
    if held > 0 { emit(alphabet[Int(bits << UInt32(6 - held) & 63)]) }
  }

  package static func text(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    encode(bytes.span) { output.append($0) }
    return String(decoding: output, as: UTF8.self)
  }

  /// Nil for padding, a character outside the alphabet, an impossible length, or bits left over that are not zero:
  /// who may choose among spellings of the same bytes can show one thing twice.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(text.count * 3 / 4)
    var bits: UInt32 = 0
    var held: UInt32 = 0
    for character in text {
      guard let value = value(of: character) else { return nil }
      bits = bits << 6 | value
      held += 6
      guard held >= 8 else { continue }
      held -= 8
      output.append(UInt8(bits >> held))
      bits &= (1 << held) - 1
    }
    return bits == 0 ? output : nil
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    case _: nil
    }
  }
}
