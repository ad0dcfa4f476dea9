/// Arithmetic on `s` modulo the order of P-256 (NIST SP 800-186, section 3.2.1.3), big-endian.
enum P256Order {
  private static let order: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
  ]

  /// Whether s ≤ n - s.
  static func isLow(_ s: ArraySlice<UInt8>) -> Bool {
    !negated(s).lexicographicallyPrecedes(s)
  }

  /// n - s, for s below n.
  static func negated(_ s: ArraySlice<UInt8>) -> [UInt8] {
    var result = order
    var borrow = 0
    for (index, byte) in zip(result.indices, s).reversed() {
      let difference = Int(order[index]) - Int(byte) - borrow
      borrow = difference < 0 ? 1 : 0
      result[index] = UInt8(difference & 0xFF)
    }
    return result
  }
}
