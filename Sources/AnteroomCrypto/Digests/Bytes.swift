import Crypto

import struct AnteroomCore.Digest

extension Digest {
  /// A digest of Crypto's as the words of the project have it, in one copy.
  init(_ value: SHA256Digest) {
    self.init(unsafe value.withUnsafeBytes { unsafe Array($0) })
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
