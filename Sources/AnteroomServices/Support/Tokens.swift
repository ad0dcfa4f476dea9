package import AnteroomCore
import SecretMemory

/// What an opaque token opens, by the prefix that its text begins with.
package enum TokenKind: String, Sendable, CaseIterable {
  case session = "ars_"
  case ticket = "art_"
  case challenge = "arc_"
  case knownDevice = "ard_"
}

/// A token as somebody showed it: which row it names, and the digest that the row must have.
package struct TokenProof: Hashable, Sendable {
  package let kind: TokenKind
  /// The 26 characters of the row's id, without its prefix.
  package let name: String
  package let digest: Digest
}

/// A token that was just made: the text to give out, the digest to keep.
package struct MintedToken: ~Copyable, Sendable {
  package let token: BearerToken
  package let digest: Digest
}

/// Makes and reads opaque tokens: a kind, the row's id, and 256 random bits.
package struct TokenMint: Sendable {
  private let digests: any Digests
  private let randomness: any Randomness

  package init(digests: any Digests, randomness: any Randomness) {
    self.digests = digests
    self.randomness = randomness
  }

  package func mint(_ kind: TokenKind, name: String) -> MintedToken {
    let secret = randomness.secret(32)
    let text = secret.withBytes { bytes in
      unsafe SecretBytes(count: kind.rawValue.utf8.count + name.utf8.count + 1 + 43) { buffer in
        var index = 0
        for byte in kind.rawValue.utf8 {
          unsafe buffer[index] = byte
          index += 1
        }
        for byte in name.utf8 {
          unsafe buffer[index] = byte
          index += 1
        }
        unsafe buffer[index] = UInt8(ascii: "_")
        index += 1
        Base64URL.encode(bytes) { byte in
          unsafe buffer[index] = byte
          index += 1
        }
      }
    }
    let digest = text.withBytes { digests.sha256($0) }
    return MintedToken(token: BearerToken(text), digest: digest)
  }

  /// Nil for what this program cannot have given out; says nothing about whether it did.
  package func read(_ text: Span<UInt8>) -> TokenProof? {
    guard text.count == 4 + 26 + 1 + 43, text[30] == UInt8(ascii: "_") else { return nil }
    let prefix = String(decoding: (0..<4).map { text[$0] }, as: UTF8.self)
    guard let kind = TokenKind(rawValue: prefix) else { return nil }
    let name = String(decoding: (4..<30).map { text[$0] }, as: UTF8.self)
    guard name.utf8.allSatisfy({ Base32.value(of: $0) != nil && !Base32.isUpper($0) }) else { return nil }
    return TokenProof(kind: kind, name: name, digest: digests.sha256(text))
  }

  package func read(_ text: String) -> TokenProof? {
    guard text.utf8.count == 74 else { return nil }
    return read(Array(text.utf8).span)
  }
}
