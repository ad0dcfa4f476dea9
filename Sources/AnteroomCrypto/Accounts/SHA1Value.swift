import Crypto
import SecretMemory

/// A SHA-1 hash as a number, for the order of a list that is sorted by it. It protects nothing here: it is what lists
/// of breached passwords are written in.
struct SHA1Value: Hashable, Comparable, Sendable {
  static let hexDigits = 40

  let high: UInt64
  let middle: UInt64
  let low: UInt32

  /// Forty hexadecimal digits in either case; nil for anything else.
  init?(hex digits: [UInt8]) {
    guard digits.count == Self.hexDigits else { return nil }
    self.init(hexIn: digits.span, at: 0)
  }

  /// Those that begin there. By index, and not as a slice: it is what a lookup spends its time on.
  init?(hexIn text: Span<UInt8>, at start: Int) {
    guard start + Self.hexDigits <= text.count else { return nil }
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    for place in 0..<Self.hexDigits {
      guard let value = Self.value(of: text[start + place]) else { return nil }
      if place < 16 {
        words.0 = words.0 << 4 | value
      } else if place < 32 {
        words.1 = words.1 << 4 | value
      } else {
        words.2 = words.2 << 4 | value
      }
    }
    (high, middle, low) = (words.0, words.1, UInt32(truncatingIfNeeded: words.2))
  }

  init(of secret: borrowing SecretBytes) {
    let digest = secret.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { unsafe Insecure.SHA1.hash(data: $0) }
    }
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    for (place, byte) in digest.enumerated() {
      if place < 8 {
        words.0 = words.0 << 8 | UInt64(byte)
      } else if place < 16 {
        words.1 = words.1 << 8 | UInt64(byte)
      } else {
        words.2 = words.2 << 8 | UInt64(byte)
      }
    }
    (high, middle, low) = (words.0, words.1, UInt32(truncatingIfNeeded: words.2))
  }

  /// Where it stands among all that there could be, 0 to 1: hashes lie evenly, so that is about where it stands in a
  /// sorted list.
  var fraction: Double { Double(high) / 18_446_744_073_709_551_616 }

  static func < (one: SHA1Value, other: SHA1Value) -> Bool {
    (one.high, one.middle, one.low) < (other.high, other.middle, other.low)
  }

  private static func value(of digit: UInt8) -> UInt64? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(digit - UInt8(ascii: "A") + 10)
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
    case _: nil
    }
  }
}
