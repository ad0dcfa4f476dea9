package import AnteroomCore
package import AnteroomServices
import Crypto

/// Grants as compact JWS (RFC 7515) under ES256 (RFC 7518, section 3.4).
///
/// Nothing is negotiated: a token is taken only when its header is, byte for byte, the one that this
/// program writes for a key it holds. `none`, HS256 with the public key as its secret, keys named by path
/// or address, and every other gift of JOSE's headers end there, before a signature is looked at.
package struct GrantSigner: GrantSigning {
  private let current: GrantKey
  private let earlier: [GrantKey]

  private static let maximumByteCount = 8192

  /// The last of `generations` signs; tokens of all of them are read, and all are published.
  package init(root: RootKey, generations: ClosedRange<Int> = 1...1) {
    current = GrantKey(root: root, generation: generations.upperBound)
    earlier = generations.dropLast().map { GrantKey(root: root, generation: $0) }
  }

  package func sign(_ claims: GrantClaims) -> String {
    var token = current.header
    token.append(UInt8(ascii: "."))
    Base64.append(GrantClaimsText.write(claims), as: .url, to: &token)
    let signature = current.sign(token)
    token.append(UInt8(ascii: "."))
    Base64.append(signature, as: .url, to: &token)
    return String(decoding: token, as: UTF8.self)
  }

  package func verify(_ token: String) -> GrantClaims? {
    let bytes = Array(token.utf8.prefix(GrantSigner.maximumByteCount + 1))
    guard bytes.count <= GrantSigner.maximumByteCount else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let key = key(forHeader: parts[0]),
      let payload = Base64.decode(parts[1], as: .url), let signature = Base64.decode(parts[2], as: .url),
      key.isSignature(signature, of: bytes[..<parts[1].endIndex]),
      let claims = GrantClaimsText.read(payload),
      // One grant, one text: what we would not write is not ours, whoever signed it.
      GrantClaimsText.write(claims) == payload
    else { return nil }
    return claims
  }

  package var publicKeys: [PublicKey] { ([current] + earlier).map(\.published) }

  private func key(forHeader header: ArraySlice<UInt8>) -> GrantKey? {
    if header.elementsEqual(current.header) { return current }
    return earlier.first { header.elementsEqual($0.header) }
  }
}
