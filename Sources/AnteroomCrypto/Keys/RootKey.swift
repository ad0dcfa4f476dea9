import AnteroomServices
import Crypto
package import SecretMemory

/// The one secret that every key of an installation comes from, by HKDF-SHA256 (RFC 5869) with the label
/// `anteroom/v1/<purpose>/<generation>`. It is kept outside the database, in the key directory or handed
/// over by systemd; without it hashes, digests and seals in a stolen database stay closed.
package final class RootKey: Sendable {
  package static let byteCount = 32

  private let material: SecretBytes

  /// Names this root key without saying anything about it: kept in the store, it shows at the start that
  /// database and key belong together.
  package var id: String { id(of: .rootID, generation: 1) }

  /// A key held in memory only: for tests, and for a backup being checked.
  package init(material: consuming SecretBytes) {
    precondition(material.count == RootKey.byteCount)
    self.material = material
  }

  func key(for purpose: KeyPurpose, generation: Int, suffix: String = "") -> SymmetricKey {
    let info = Array("anteroom/v1/\(purpose.label)/\(generation)\(suffix)".utf8)
    return material.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { raw in
        HKDF<SHA256>.deriveKey(
          inputKeyMaterial: unsafe SymmetricKey(data: raw), info: info, outputByteCount: RootKey.byteCount)
      }
    }
  }

  func secret(for purpose: KeyPurpose, generation: Int) -> SecretBytes {
    let key = key(for: purpose, generation: generation)
    return unsafe SecretBytes(count: RootKey.byteCount) { output in
      unsafe key.withUnsafeBytes { bytes in unsafe UnsafeMutableRawBufferPointer(output).copyMemory(from: bytes) }
    }
  }

  /// The first eight bytes of a derivation of its own, so that an id gives away nothing of its key.
  func idBytes(of purpose: KeyPurpose, generation: Int) -> [UInt8] {
    unsafe key(for: purpose, generation: generation, suffix: "/id").withUnsafeBytes { unsafe Array($0.prefix(8)) }
  }

  /// Sixteen hexadecimal digits.
  func id(of purpose: KeyPurpose, generation: Int) -> String {
    Hex.text(idBytes(of: purpose, generation: generation))
  }
}
