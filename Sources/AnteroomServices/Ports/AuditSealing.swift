package import AnteroomCore

/// The cryptography of the audit: RFC 6962 hashes, the seal on personal fields, the note's signature.
package protocol AuditSealing: Sendable {
  /// SHA-256(0x00 ‖ record): RFC 6962, section 2.1.
  func leafHash(_ record: [UInt8]) -> Digest

  /// SHA-256 of a text that somebody agreed to, as records and receipts name it.
  func textDigest(_ text: String) -> Digest

  /// SHA-256(0x01 ‖ left ‖ right).
  func nodeHash(_ left: Digest, _ right: Digest) -> Digest

  /// SHA-256 of nothing: the root of the empty tree.
  var emptyRoot: Digest { get }

  /// Binds a leaf to its index under a key that is not in the database: who can write the file but has
  /// no key cannot replace a record and its hash together.
  func mark(index: Int64, leaf: Digest) -> Digest

  /// The same for the state of the whole tree.
  func mark(size: Int64, root: Digest) -> Digest

  /// AES-256-GCM under a key derived from the subject's salt: with the salt gone, nobody opens it.
  func sealPersonal(_ fields: [UInt8], subjectSalt: [UInt8]) -> [UInt8]
  func openPersonal(_ sealed: [UInt8], subjectSalt: [UInt8]) -> [UInt8]?

  /// A C2SP signed note (Ed25519) of a C2SP tlog-checkpoint.
  func signCheckpoint(size: Int64, root: Digest) -> String

  /// The size and root that a note of ours names; nil when its signature is not ours.
  func verifyCheckpoint(_ note: String) -> (size: Int64, root: Digest)?

  /// `name+hash+key` as C2SP's signed-note verifiers take it.
  var verifierKey: String { get }
}
