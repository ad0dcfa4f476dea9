import Crypto

import struct AnteroomCore.Digest

/// C2SP tlog-checkpoint as a C2SP signed note with an Ed25519 key (RFC 8032): three lines of text (origin,
/// size, root), an empty one, and the signature.
struct SignedCheckpoints: Sendable {
  /// Origin and key name in one, as the format advises.
  private let name: String
  private let keyHash: [UInt8]
  private let key: Curve25519.Signing.PrivateKey

  // The format's number for Ed25519.
  private static let algorithm: UInt8 = 0x01
  private static let maximumByteCount = 4096

  init(root: RootKey, generation: Int) {
    name = "anteroom/" + root.id(of: .checkpoint, generation: generation)
    guard
      let key = try? Curve25519.Signing.PrivateKey(
        rawRepresentation: root.key(for: .checkpoint, generation: generation))
    else { preconditionFailure("any 32 bytes are an Ed25519 seed") }
    self.key = key
    var hash = SHA256()
    hash.update(data: Array((name + "\n").utf8) + SignedCheckpoints.encoded(key))
    keyHash = Array(hash.finalize().prefix(4))
  }

  private static func encoded(_ key: Curve25519.Signing.PrivateKey) -> [UInt8] {
    [algorithm] + key.publicKey.rawRepresentation
  }

  var verifierKey: String {
    "\(name)+\(Hex.text(keyHash))+\(Base64.paddedText(SignedCheckpoints.encoded(key)))"
  }

  private func text(size: Int64, root: Digest) -> String {
    "\(name)\n\(size)\n\(Base64.paddedText(root.bytes))\n"
  }

  func sign(size: Int64, root: Digest) -> String {
    precondition(size >= 0)
    let text = text(size: size, root: root)
    guard let signature = try? key.signature(for: Array(text.utf8)) else {
      preconditionFailure("Ed25519 signs every message")
    }
    return "\(text)\n— \(name) \(Base64.paddedText(keyHash + signature))\n"
  }

  /// Reads a note that others may have countersigned: ours must be among the signatures.
  func verify(_ note: String) -> (size: Int64, root: Digest)? {
    let bytes = Array(note.utf8.prefix(SignedCheckpoints.maximumByteCount + 1))
    guard bytes.count <= SignedCheckpoints.maximumByteCount, bytes.last == UInt8(ascii: "\n") else { return nil }
    let lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count >= 5, lines[3].isEmpty, lines[0].elementsEqual(name.utf8),
      let size = Int64(String(decoding: lines[1], as: UTF8.self)), size >= 0,
      let root = Base64.decodePadded(lines[2]), root.count == 32
    else { return nil }
    // Written again, it must be the same bytes: no leading zero, no sign, no extension line.
    let text = Array(text(size: size, root: Digest(root)).utf8)
    guard bytes.starts(with: text) else { return nil }
    let isOurs = lines[4...].contains { line in
      let prefix = Array("— \(name) ".utf8)
      guard line.starts(with: prefix), let value = Base64.decodePadded(line.dropFirst(prefix.count)),
        value.count == 4 + 64, value.starts(with: keyHash)
      else { return false }
      return key.publicKey.isValidSignature(value[4...], for: text)
    }
    return isOurs ? (size, Digest(root)) : nil
  }
}
