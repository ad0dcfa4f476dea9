package import AnteroomServices
import Crypto
import SecretMemory

package import struct AnteroomCore.Digest

/// The audit's hashes (RFC 6962, section 2.1), its keyed marks, the seal on personal fields, and the
/// signed checkpoint.
package struct AuditSeals: AuditSealing {
  private let marks: KeyedHash
  private let personal: KeyedHash
  private let personalID: [UInt8]
  private let checkpoints: SignedCheckpoints
  private let randomness: any Randomness

  package let emptyRoot = Digest(SHA256().finalize())

  package init(root: RootKey, generation: Int = 1, randomness: any Randomness) {
    marks = KeyedHash(key: root.key(for: .auditMark, generation: generation))
    personal = KeyedHash(key: root.key(for: .auditPersonal, generation: generation))
    personalID = root.idBytes(of: .auditPersonal, generation: generation)
    checkpoints = SignedCheckpoints(root: root, generation: generation)
    self.randomness = randomness
  }

  package func leafHash(_ record: [UInt8]) -> Digest {
    var hash = SHA256()
    hash.update(0x00 as UInt8)
    hash.update(record.span)
    return Digest(hash.finalize())
  }

  package func textDigest(_ text: String) -> Digest {
    var hash = SHA256()
    hash.update(Array(text.utf8).span)
    return Digest(hash.finalize())
  }

  package func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
    var hash = SHA256()
    hash.update(0x01 as UInt8)
    hash.update(left.bytes.span)
    hash.update(right.bytes.span)
    return Digest(hash.finalize())
  }

  package func mark(index: Int64, leaf: Digest) -> Digest { mark(kind: 0x00, index, leaf) }

  package func mark(size: Int64, root: Digest) -> Digest { mark(kind: 0x01, size, root) }

  // The kind keeps a leaf's mark from serving as a tree's.
  private func mark(kind: UInt8, _ number: Int64, _ digest: Digest) -> Digest {
    var code = marks
    code.update(kind)
    code.update(UInt64(bitPattern: number))
    code.update(digest.bytes.span)
    return Digest(code.finalize())
  }

  package func sealPersonal(_ fields: [UInt8], subjectSalt: [UInt8]) -> [UInt8] {
    unsafe fields.withUnsafeBytes { raw in
      unsafe Box.seal(
        raw, keyID: personalID, key: key(of: subjectSalt), context: EmptyCollection(), nonce: randomness.bytes(12))
    }
  }

  package func openPersonal(_ sealed: [UInt8], subjectSalt: [UInt8]) -> [UInt8]? {
    guard let id = Box.keyID(of: sealed), id.elementsEqual(personalID),
      let fields = Box.open(sealed, key: key(of: subjectSalt), context: EmptyCollection())
    else { return nil }
    return fields.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
  }

  private func key(of subjectSalt: [UInt8]) -> SymmetricKey {
    var code = personal
    code.update(subjectSalt.span)
    return unsafe code.finalize().withUnsafeBytes { unsafe SymmetricKey(data: $0) }
  }

  package func signCheckpoint(size: Int64, root: Digest) -> String { checkpoints.sign(size: size, root: root) }

  package func verifyCheckpoint(_ note: String) -> (size: Int64, root: Digest)? { checkpoints.verify(note) }

  package var verifierKey: String { checkpoints.verifierKey }
}
