package import SecretMemory

/// What computes a hash on the calling thread. libargon2 does, and stays the referee of whatever may come beside it:
/// the same tag for the same input, whatever the input (RFC 9106).
///
/// Whoever computes it takes its memory from the thread's arena (`anteroom_arena_allocate`) and leaves nothing of the
/// work in it, and starts no thread: the number of threads is the operator's.
package protocol Argon2idFunction: Sendable {
  /// Version 1.3. `secret` is the pepper. `wipesPassword` overwrites the password once it has been absorbed.
  func tag(
    of password: borrowing SecretBytes, wipesPassword: Bool, salt: [UInt8], secret: borrowing SecretBytes,
    parameters: Argon2Parameters, byteCount: Int
  ) throws(Argon2.Fault) -> [UInt8]
}

/// libargon2, the reference implementation.
package struct LibArgon2: Argon2idFunction {
  package init() {}

  package func tag(
    of password: borrowing SecretBytes, wipesPassword: Bool, salt: [UInt8], secret: borrowing SecretBytes,
    parameters: Argon2Parameters, byteCount: Int
  ) throws(Argon2.Fault) -> [UInt8] {
    try Argon2.tag(
      of: password, wipesPassword: wipesPassword, salt: salt, secret: secret, parameters: parameters,
      byteCount: byteCount)
  }
}
