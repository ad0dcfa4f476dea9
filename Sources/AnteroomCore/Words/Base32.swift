/// Crockford's base32: no `i`, `l`, `o`, `u`, so that what is read aloud is written down right.
package enum Base32 {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// `characters` digits of five bits each, from the first bit on; `bytes` must hold that many bits.
  package static func text(_ bytes: [UInt8], characters: Int) -> String {
    precondition(bytes.count * 8 >= characters * 5)
    var output: [UInt8] = []
    output.reserveCapacity(characters)
    var bits: UInt32 = 0
    var held = 0
    var index = 0
    while output.count < characters {
      if held < 5 {
        bits = (bits << 8 | UInt32(bytes[index])) & 0xFFFF
        index += 1
        held += 8
      }
      held -= 5
      output.append(alphabet[Int(bits >> UInt32(held) & 31)])
    }
    return String(decoding: output, as: UTF8.self)
  }

  package static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

  /// The value of one digit in either case; Crockford's look-alikes (`o`, `i`, `l`) are not read.
  package static func value(of byte: UInt8) -> UInt8? {
    let lower = isUpper(byte) ? byte | 0x20 : byte
    return alphabet.firstIndex(of: lower).map { UInt8($0) }
  }

  /// What a person may have typed for a code of this alphabet: case, hyphens and spaces aside, and
  /// with Crockford's look-alikes read as meant; nil when a character is none of these.
  package static func canonical(_ typed: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    output.removeAll(keepingCapacity: true)
    for index in typed.indices {
      var byte = typed[index]
      if isUpper(byte) { byte |= 0x20 }
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: " "): continue
      case UInt8(ascii: "o"): byte = UInt8(ascii: "0")
      case UInt8(ascii: "i"), UInt8(ascii: "l"): byte = UInt8(ascii: "1")
      case _ where value(of: byte) == nil: return false
      case _: break
      }
      output.append(byte)
    }
    return true
  }
}
