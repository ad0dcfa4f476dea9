import AnteroomServices
import Crypto
import CryptoExtras

/// A key of an issuer, good for the algorithms of its own kind: what a token's header says chooses among these and
/// nothing else, so that no public key is ever taken for a shared secret.
struct IssuerKey: Sendable {
  private enum Material: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey, signatureBytes: Int)
  }

  private let material: Material
  let algorithms: Set<IdentityAlgorithm>
  let keyID: String?

  /// Nil for a key that is not for this: of a kind that is not known here, for encryption, for another algorithm.
  init?(_ key: JSONWebKey) throws(IssuerKeys.Flaw) {
    if let use = key.use, use != "sig" { return nil }
    if let operations = key.operations, !operations.contains("verify") { return nil }
    let named = key.algorithm.map { IdentityAlgorithm(rawValue: $0) }
    if case .some(.none) = named { return nil }
    guard let (material, fitting) = try IssuerKey.material(key) else { return nil }
    switch named {
    case .some(.some(let algorithm)):
      guard fitting.contains(algorithm) else { throw .malformed(key.keyID) }
      algorithms = [algorithm]
    case .some(.none), .none: algorithms = fitting
    }
    self.material = material
    keyID = key.keyID
  }

  private static func material(_ key: JSONWebKey) throws(IssuerKeys.Flaw) -> (Material, Set<IdentityAlgorithm>)? {
    switch (key.type, key.curve) {
    case ("EC", "P-256"):
      guard let point = point(key, bytes: 32), let found = try? P256.Signing.PublicKey(rawRepresentation: point) else {
        throw .malformed(key.keyID)
      }
      return (.p256(found), [.es256])
    case ("EC", "P-384"):
      guard let point = point(key, bytes: 48), let found = try? P384.Signing.PublicKey(rawRepresentation: point) else {
        throw .malformed(key.keyID)
      }
      return (.p384(found), [.es384])
    case ("OKP", "Ed25519"):
      guard let x = number(key.x), x.count == 32, let found = try? Curve25519.Signing.PublicKey(rawRepresentation: x)
      else { throw .malformed(key.keyID) }
      return (.ed25519(found), [.edDSA])
    case ("RSA", _): return (try rsa(key), [.rs256, .ps256])
    case (_, _): return nil
    }
  }

  /// RFC 7518, section 6.2.1.2: each coordinate as long as the curve's.
  private static func point(_ key: JSONWebKey, bytes: Int) -> [UInt8]? {
    guard let x = number(key.x), let y = number(key.y), x.count == bytes, y.count == bytes else { return nil }
    return x + y
  }

  /// 2048 bits at least (RFC 7518, section 3.3), and an exponent as FIPS 186-5 has it (appendix A.1.1): odd, above
  /// 2^16. With 1 for an exponent every text would be its own signature.
  private static func rsa(_ key: JSONWebKey) throws(IssuerKeys.Flaw) -> Material {
    guard let n = number(key.n), let e = number(key.e), let first = n.first, first != 0, e.first != 0,
      (3...5).contains(e.count), e.last.map({ $0 & 1 == 1 }) == true
    else { throw .malformed(key.keyID) }
    let bits = n.count * 8 - first.leadingZeroBitCount
    guard bits >= 2048 else { throw .weak(key.keyID, bits: bits) }
    guard bits <= 8192, let found = try? _RSA.Signing.PublicKey(n: n, e: e) else { throw .malformed(key.keyID) }
    return .rsa(found, signatureBytes: n.count)
  }

  private static func number(_ text: String?) -> [UInt8]? {
    text.flatMap { Base64URL.decode(Array($0.utf8)) }
  }

  /// Whether the signature is the key's over `input`. Of ECDSA's both spellings hold: what is used is kept by what
  /// was signed.
  func accepts(_ signature: [UInt8], of input: [UInt8], by algorithm: IdentityAlgorithm) -> Bool {
    guard algorithms.contains(algorithm) else { return false }
    switch (material, algorithm) {
    case (.p256(let key), .es256):
      guard signature.count == 64, let read = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
        return false
      }
      return key.isValidSignature(read, for: SHA256.hash(data: input))
    case (.p384(let key), .es384):
      guard signature.count == 96, let read = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else {
        return false
      }
      return key.isValidSignature(read, for: SHA384.hash(data: input))
    case (.ed25519(let key), .edDSA): return signature.count == 64 && key.isValidSignature(signature, for: input)
    case (.rsa(let key, let count), .rs256):
      return signature.count == count
        && key.isValidSignature(
          _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: input),
          padding: .insecurePKCS1v1_5)
    case (.rsa(let key, let count), .ps256):
      return signature.count == count
        && key.isValidSignature(
          _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: input), padding: .PSS)
    case (.p256, _), (.p384, _), (.ed25519, _), (.rsa, _): return false
    }
  }
}
