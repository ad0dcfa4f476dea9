import AnteroomCore
import SecretMemory

/// The codes of invites: 130 random bits, kept as a digest alone.
enum InviteCodes {
  static let characters = 26

  /// Shown once, in groups that can be read out.
  static func make(_ randomness: any Randomness, _ digests: any Digests) -> (text: String, digest: Digest) {
    let text = Base32.text(randomness.bytes(17), characters: characters)
    return (text, digests.sha256(Array(text.utf8).span))
  }

  /// Nil for what no code looks like. Case, spaces and hyphens do not count.
  static func digest(_ shown: borrowing SecretBytes, _ digests: any Digests) -> Digest? {
    shown.withBytes { bytes in
      var canonical: [UInt8] = []
      guard bytes.count <= 128, Base32.canonical(bytes, into: &canonical), canonical.count == characters else {
        return nil
      }
      return digests.sha256(canonical.span)
    }
  }
}
