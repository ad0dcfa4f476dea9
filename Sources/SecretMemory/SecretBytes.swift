import Glibc
import Synchronization

/// Bytes that must not outlive their use: they cannot be copied, and their memory is overwritten
/// before it is given back. Reading them takes a closure, so that a borrow cannot escape.
///
/// What this cannot promise is stated in SECURITY.md: a password has also lived in the request
/// buffer it arrived in, and a debugger of the same user sees everything.
@safe package struct SecretBytes: ~Copyable, @unchecked Sendable {
  package let count: Int
  // Never written after `init`: this is what makes `@unchecked Sendable` true.
  private let base: UnsafeMutablePointer<UInt8>

  /// Makes `count` bytes and lets `fill` write them; they are zero until it does.
  package init(count: Int, filledBy fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    precondition(count >= 0)
    unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
    self.count = count
    unsafe fill(UnsafeMutableBufferPointer(start: base, count: count))
  }

  package init(copying bytes: Span<UInt8>) {
    unsafe self.init(count: bytes.count) { buffer in
      for index in bytes.indices { unsafe buffer[index] = bytes[index] }
    }
  }

  /// Copies an array and leaves the array as it was: for text that is about to be dropped anyway.
  package init(copying bytes: [UInt8]) {
    self.init(copying: bytes.span)
  }

  deinit {
    unsafe explicit_bzero(base, max(count, 1))
    unsafe base.deallocate()
  }

  package borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try unsafe body(Span(_unsafeStart: base, count: count))
  }

  /// For C functions that take a pointer and a length; the pointer is valid during the call only.
  @unsafe package borrowing func withPointer<R: ~Copyable, E: Error>(
    _ body: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(base, count)
  }

  package borrowing func copy() -> SecretBytes {
    withBytes { SecretBytes(copying: $0) }
  }
}

/// Holds one secret until somebody takes it: what a parsed request body carries, since a
/// non-copyable value cannot stand in an array or a dictionary.
package final class SecretBox: Sendable {
  private let value: Mutex<SecretBytes?>

  package init(_ value: consuming sending SecretBytes) {
    self.value = Mutex(consume value)
  }

  /// The secret, the first time; nothing after that.
  package func take() -> SecretBytes? {
    value.withLock { $0.take() }
  }
}
