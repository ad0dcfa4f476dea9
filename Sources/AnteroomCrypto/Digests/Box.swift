import AnteroomServices
import Crypto
import SecretMemory

/// AES-256-GCM (NIST SP 800-38D) as it lies in the database:
/// version (1 byte) ‖ key id (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
/// Version and key id are authenticated too, in front of the context.
enum Box {
  private static let version: UInt8 = 1
  private static let keyIDByteCount = 8
  private static let nonceByteCount = 12
  private static let headerByteCount = 1 + keyIDByteCount
  private static let overhead = headerByteCount + nonceByteCount + 16

  /// Random nonces: one key may seal 2^32 boxes before two of them become likely enough to matter.
  static func seal(
    _ plaintext: UnsafeRawBufferPointer, keyID: [UInt8], key: SymmetricKey, context: some Collection<UInt8>,
    nonce: [UInt8]
  ) -> [UInt8] {
    precondition(keyID.count == keyIDByteCount && nonce.count == nonceByteCount)
    let header = [version] + keyID
    do {
      let box = try unsafe AES.GCM.seal(
        plaintext, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: header + context)
      var output = header
      output.reserveCapacity(overhead + plaintext.count)
      output += nonce
      output += box.ciphertext
      output += box.tag
      return output
    } catch {
      // Only a key or nonce of the wrong length can be refused, and both are fixed above.
      preconditionFailure("AES-GCM refused to seal: \(error)")
    }
  }

  /// The id of the key that it says it was sealed with; nil for what cannot be a box of this version.
  static func keyID(of box: [UInt8]) -> ArraySlice<UInt8>? {
    box.count >= overhead && box[0] == version ? box[1..<headerByteCount] : nil
  }

  static func open(_ box: [UInt8], key: SymmetricKey, context: some Collection<UInt8>) -> SecretBytes? {
    guard keyID(of: box) != nil,
      let sealed = try? AES.GCM.SealedBox(combined: box[headerByteCount...]),
      var plaintext = try? AES.GCM.open(sealed, using: key, authenticating: box[..<headerByteCount] + context)
    else { return nil }
    return spend(&plaintext)
  }

  /// Moves what was opened into a secret and leaves zeros behind. Not inlined: the compiler may not see
  /// that nobody reads the zeros.
  @inline(never) private static func spend<Bytes: MutableCollection>(_ bytes: inout Bytes) -> SecretBytes
  where Bytes.Element == UInt8 {
    unsafe SecretBytes(count: bytes.count) { secret in
      var index = bytes.startIndex
      for position in secret.indices {
        unsafe secret[position] = bytes[index]
        bytes[index] = 0
        bytes.formIndex(after: &index)
      }
    }
  }
}
