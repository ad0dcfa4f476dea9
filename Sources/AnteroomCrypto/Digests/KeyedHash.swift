import Crypto

import struct AnteroomCore.Digest

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) under a key that is absorbed once: a code starts from a copy of the two
/// states after it. Crypto's own `HMAC` takes its data through generic collections only, at several times the cost
/// of the hashing for what is as short as a name.
struct KeyedHash: Sendable {
  private var inner: SHA256
  private let outer: SHA256

  /// - Parameter key: at most 64 bytes, which is all that this program derives.
  init(key: SymmetricKey) {
    inner = unsafe key.withUnsafeBytes { unsafe KeyedHash.state(after: $0, mask: 0x36) }
    outer = unsafe key.withUnsafeBytes { unsafe KeyedHash.state(after: $0, mask: 0x5C) }
  }

  private static func state(after key: UnsafeRawBufferPointer, mask: UInt8) -> SHA256 {
    precondition(key.count <= SHA256.blockByteCount)
    var block = [UInt8](repeating: mask, count: SHA256.blockByteCount)
    for index in 0..<key.count { block[index] ^= unsafe key[index] }
    var hash = SHA256()
    hash.update(block.span)
    for index in block.indices { block[index] = 0 }
    return hash
  }

  mutating func update(_ bytes: Span<UInt8>) { inner.update(bytes) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe inner.update(bufferPointer: bytes) }

  /// Eight bytes, most significant first: a length or an index in front of what it belongs to.
  mutating func update(_ number: UInt64) {
    unsafe withUnsafeBytes(of: number.bigEndian) { raw in unsafe inner.update(bufferPointer: raw) }
  }

  mutating func update(_ byte: UInt8) { inner.update(byte) }

  func finalize() -> SHA256Digest {
    var code = outer
    unsafe inner.finalize().withUnsafeBytes { unsafe code.update(bufferPointer: $0) }
    return code.finalize()
  }
}
