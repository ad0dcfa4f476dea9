package import AnteroomCore
package import AnteroomServices
import COath
package import SecretMemory

/// TOTP by liboath (RFC 6238): SHA-1, six digits, thirty seconds, one step either way.
package struct TOTP: OneTimeCodes {
  private static let digits = 6
  private static let stepSeconds = 30
  private static let window = 1

  // Once for the process, before any thread asks for a code.
  private static let isReady = oath_init() == OATH_OK.rawValue

  package init() {
    precondition(TOTP.isReady, "liboath cannot be initialised")
  }

  package func matchedStep(
    of code: borrowing OneTimeCode, secret: borrowing SecretBytes, at now: Instant
  ) -> Int64? {
    // Before the second step there is no step before: the library would count below zero.
    guard now.seconds >= Int64(TOTP.stepSeconds) else { return nil }
    var expected = code.bytes.withBytes(TOTP.sixDigits)
    guard expected != nil else { return nil }
    var step: UInt64 = 0
    var position: Int32 = 0
    let code = unsafe secret.withPointer { base, count in
      unsafe withUnsafeMutablePointer(to: &expected) { expected in
        unsafe oath_totp_validate4_callback(
          UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self), count, time_t(now.seconds),
          UInt32(TOTP.stepSeconds), 0, UInt32(TOTP.digits), TOTP.window, &position, &step, 0, compare, expected)
      }
    }
    // The distance from the present step, so 0 and above are successes.
    return code >= 0 ? Int64(step) : nil
  }

  package func base32(_ secret: borrowing SecretBytes) -> SecretBytes {
    secret.withBytes { bytes in
      let count = (bytes.count * 8 + 4) / 5
      return unsafe SecretBytes(count: count) { output in
        for digit in 0..<count {
          // Five bits from bit 5·digit on, read across two bytes; what lies behind the end is zero.
          let (index, shift) = (digit * 5 / 8, digit * 5 % 8)
          let next = index + 1 < bytes.count ? bytes[index + 1] : 0
          let value = (UInt16(bytes[index]) << 8 | UInt16(next)) >> (11 - UInt16(shift)) & 31
          unsafe output[digit] = UInt8(value < 26 ? 65 + value : 24 + value)
        }
      }
    }
  }

  /// The code as a number to compare, with a digit in each byte; nil unless it is exactly six ASCII
  /// digits. Fullwidth digits, spaces and signs are refused, not read around.
  private static func sixDigits(_ typed: Span<UInt8>) -> UInt64? {
    guard typed.count == digits else { return nil }
    var packed: UInt64 = 0
    for index in typed.indices {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(typed[index]) else { return nil }
      packed = packed << 8 | UInt64(typed[index])
    }
    return packed
  }
}

/// The library's own comparison is `strcmp`, which stops at the first wrong digit. This one looks at all
/// six of them in one subtraction.
private func compare(_ handle: UnsafeMutableRawPointer?, _ candidate: UnsafePointer<CChar>?) -> Int32 {
  guard let handle = unsafe handle, let candidate = unsafe candidate else { return 1 }
  let expected = unsafe handle.load(as: UInt64?.self)
  var packed: UInt64 = 0
  for index in 0..<6 { packed = unsafe packed << 8 | UInt64(UInt8(bitPattern: candidate[index])) }
  return packed == expected ? OATH_OK.rawValue : 1
}
