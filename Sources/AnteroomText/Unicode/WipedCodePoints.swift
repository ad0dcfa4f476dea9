import CUnicodeText
import Glibc
import SecretMemory

/// A change of a whole text by the Unicode tables.
enum UnicodeChange: Int32 {
  case nfc = 0
  case nfkc, lowerCase, foldCase
}

/// Code points whose memory is overwritten before it is given back, since they may be a password's.
/// Names take the same road: one implementation of the profiles, not a careful one and another.
@safe struct WipedCodePoints: ~Copyable {
  private(set) var count = 0
  private let capacity: Int
  private let base: UnsafeMutablePointer<UInt32>

  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    unsafe base = UnsafeMutablePointer<UInt32>.allocate(capacity: self.capacity)
    unsafe base.initialize(repeating: 0, count: self.capacity)
  }

  init(_ text: String) {
    self.init(capacity: text.unicodeScalars.count)
    for scalar in text.unicodeScalars { append(scalar.value) }
  }

  /// Nil where the bytes are not UTF-8, shortest form, or are more than `limit` code points.
  init?(utf8 bytes: Span<UInt8>, limit: Int) {
    self.init(capacity: min(bytes.count, limit))
    var position = 0
    while position < bytes.count {
      guard count < limit, let (codePoint, length) = UTF8Reader.codePoint(in: bytes, at: position) else { return nil }
      append(codePoint)
      position += length
    }
  }

  deinit {
    unsafe explicit_bzero(base, capacity * MemoryLayout<UInt32>.stride)
    unsafe base.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  subscript(index: Int) -> UInt32 {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  mutating func append(_ codePoint: UInt32) {
    precondition(count < capacity)
    unsafe base[count] = codePoint
    count += 1
  }

  /// Nil only where memory or the tables fail.
  borrowing func changed(_ change: UnicodeChange) -> WipedCodePoints? {
    let room = count * Int(ANTEROOM_MAX_EXPANSION) + 16
    var result = WipedCodePoints(capacity: room)
    let length = unsafe anteroom_unicode_change(change.rawValue, base, Int32(count), result.base, Int32(room))
    guard length >= 0 else { return nil }
    result.count = Int(length)
    return result
  }

  /// For names alone: the text leaves the memory that is wiped.
  var text: String {
    var scalars = String.UnicodeScalarView()
    for index in 0..<count { if let scalar = Unicode.Scalar(self[index]) { scalars.append(scalar) } }
    return String(scalars)
  }

  var utf8Count: Int {
    var total = 0
    for index in 0..<count { total += UTF8Reader.length(of: self[index]) }
    return total
  }

  var utf8: SecretBytes {
    unsafe SecretBytes(count: utf8Count) { buffer in
      var position = 0
      for index in 0..<count { unsafe UTF8Reader.write(self[index], to: buffer, at: &position) }
    }
  }

  func isEqual(to other: borrowing WipedCodePoints) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }
}
