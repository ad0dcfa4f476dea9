import Crypto

import struct AnteroomCore.Digest

extension Digest {
  /// A digest of Crypto's as the words of the project have it, in one copy.
  init(_ value: SHA256Digest) {
    self.init(unsafe value.withUnsafeBytes { unsafe Array($0) })
  }

  init(_ code: HashedAuthenticationCode<SHA256>) {
    self.init(unsafe code.withUnsafeBytes { unsafe Array($0) })
  }
}

extension HMAC<SHA256> {
  mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { raw in unsafe update(data: raw) }
  }

  /// Eight bytes, most significant first: a length or an index in front of what it belongs to.
  mutating func update(_ number: UInt64) {
    unsafe withUnsafeBytes(of: number.bigEndian) { raw in unsafe update(data: raw) }
  }

  mutating func update(_ byte: UInt8) {
    unsafe withUnsafeBytes(of: byte) { raw in unsafe update(data: raw) }
  }
}

extension SHA256 {
  mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { raw in unsafe update(bufferPointer: raw) }
  }

  mutating func update(_ byte: UInt8) {
    unsafe withUnsafeBytes(of: byte) { raw in unsafe update(bufferPointer: raw) }
  }
}
