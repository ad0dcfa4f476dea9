import AnteroomServices
import Crypto
import SecretMemory

/// The MD5 crypt of FreeBSD, `$1$`, and Apache's `$apr1$`, which differs in that word alone. libxcrypt knows the
/// first only, so both are derived here, as Apache's `apr_md5.c` and crypt(5) describe it.
struct MD5CryptHash: Hashable, Sendable {
  let isApache: Bool
  private let salt: [UInt8]
  private let checksum: [UInt8]

  private var magic: [UInt8] { Array((isApache ? "$apr1$" : "$1$").utf8) }

  /// Nil where it is none of these.
  init?(_ start: TextCursor) throws(ForeignHashObjection) {
    var cursor = start
    isApache = cursor.skip("$apr1$")
    guard isApache || cursor.skip("$1$") else { return nil }
    guard let salt = cursor.cryptDigits(1...8), cursor.skip("$"), let checksum = cursor.cryptDigits(22...22),
      cursor.rest.isEmpty
    else { throw .malformed(scheme: isApache ? "apr1" : "md5-crypt") }
    self.salt = Array(salt)
    self.checksum = Array(checksum)
  }

  func matches(_ password: borrowing SecretBytes) -> Bool {
    let computed = password.withBytes { text(of: derive($0)) }
    return equalInConstantTime(computed.span, checksum.span)
  }

  private func derive(_ password: Span<UInt8>) -> [UInt8] {
    var inner = Insecure.MD5()
    inner.absorb(password)
    inner.absorb(salt)
    inner.absorb(password)
    var digest = inner.spend()
    var hash = Insecure.MD5()
    hash.absorb(password)
    hash.absorb(magic)
    hash.absorb(salt)
    for start in stride(from: 0, to: password.count, by: 16) {
      hash.absorb(digest.prefix(min(16, password.count - start)))
    }
    // One byte for each bit of the length: a zero, or the password's first.
    var bits = password.count
    while bits > 0 {
      hash.absorb(CollectionOfOne(bits & 1 == 1 ? 0 : password[0]))
      bits >>= 1
    }
    digest = hash.spend()
    for round in 0..<1000 {
      var hash = Insecure.MD5()
      if round & 1 == 1 { hash.absorb(password) } else { hash.absorb(digest.span) }
      if round % 3 != 0 { hash.absorb(salt.span) }
      if round % 7 != 0 { hash.absorb(password) }
      if round & 1 == 1 { hash.absorb(digest.span) } else { hash.absorb(password) }
      digest = hash.spend()
    }
    return digest
  }

  /// Three bytes to four digits, the lowest six bits first, from the places that the scheme mixes.
  private func text(of digest: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    func append(_ value: Int, _ count: Int) {
      for digit in 0..<count { text.append(TextCursor.cryptDigit(value >> (6 * digit) & 63)) }
    }
    for (high, middle, low) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
      append(Int(digest[high]) << 16 | Int(digest[middle]) << 8 | Int(digest[low]), 4)
    }
    append(Int(digest[11]), 2)
    return text
  }
}
