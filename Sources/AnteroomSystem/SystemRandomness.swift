import AnteroomServices
import CProcess
import Glibc
package import SecretMemory

/// The kernel's generator, getrandom(2). When it fails there is nothing safe to go on with, so the process stops.
package struct SystemRandomness: Randomness {
  package init() {}

  package func bytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe buffer.initialize(repeating: 0)
      unsafe SystemRandomness.fill(buffer)
      initialized = count
    }
  }

  package func secret(_ count: Int) -> SecretBytes {
    unsafe SecretBytes(count: count) { buffer in unsafe SystemRandomness.fill(buffer) }
  }

  @unsafe private static func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    var filled = 0
    while filled < buffer.count {
      let result = unsafe anteroom_getrandom(buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled)
      if result < 0, errno == EINTR { continue }
      precondition(result > 0, "getrandom failed")
      filled += result
    }
  }
}
