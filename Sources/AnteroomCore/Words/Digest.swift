/// 32 bytes of SHA-256 or HMAC-SHA-256: what the store keeps instead of a secret.
package struct Digest: Hashable, Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    precondition(bytes.count == 32)
    self.bytes = bytes
  }

  /// Takes the same time wherever the difference lies.
  package func equalsInConstantTime(_ other: Digest) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<32 { difference |= bytes[index] ^ other.bytes[index] }
    return difference == 0
  }

  /// The first 8 bytes as a number, for a column that only compares.
  package var number: Int64 { bytes[..<8].reduce(0) { $0 << 8 | Int64($1) } }

  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
