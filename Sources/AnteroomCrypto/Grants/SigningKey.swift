import AnteroomCore
import AnteroomServices
import Crypto
import CryptoExtras
import SecretMemory

/// A key that signs grants, with the one header that its tokens have.
struct SigningKey: Sendable {
  private enum Material: Sendable {
    case es256(P256.Signing.PrivateKey)
    case rs256(_RSA.Signing.PrivateKey)
    case hs256(SymmetricKey)
  }

  private let material: Material
  let algorithm: SigningAlgorithm
  let kid: String
  /// base64url of `{"alg":…,"kid":…,"typ":…}`
  let header: [UInt8]
  /// Nil for a shared secret.
  let published: PublicKey?

  private init(_ material: Material, _ algorithm: SigningAlgorithm, kid: String, dialect: Dialect.Name) {
    self.material = material
    self.algorithm = algorithm
    self.kid = kid
    var header = JSONWriter()
    header.member("alg", algorithm.rawValue)
    header.member("kid", kid)
    // What the servers of the other dialects ask for; ours can be taken for nothing else.
    header.member("typ", dialect == .anteroom ? "anteroom-grant+jwt" : "JWT")
    self.header = Array(Base64.text(header.finished(), as: .url).utf8)
    published = SigningKey.published(material, kid: kid)
  }

  /// The key of `anteroom` audiences that every installation has from the start, out of its root key.
  init(root: RootKey) {
    self.init(
      .es256(SigningKey.scalar(root: root)), .es256, kid: root.id(of: .grantSigning, generation: 1), dialect: .anteroom)
  }

  /// What a file holds: PEM for a key pair, the text of a shared secret. Throws what is wrong with it, to stand
  /// after the file's name.
  init(
    _ contents: borrowing SecretBytes, for dialect: Dialect, kid: String?
  ) throws(SigningKeyFile.Flaw) {
    let material = try SigningKey.material(contents, dialect.algorithm)
    self.init(
      material, dialect.algorithm, kid: kid ?? SigningKey.name(material), dialect: dialect.name)
  }

  private static func material(
    _ contents: borrowing SecretBytes, _ algorithm: SigningAlgorithm
  ) throws(SigningKeyFile.Flaw) -> Material {
    let bytes = contents.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    switch algorithm {
    case .es256:
      guard let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self)) else {
        throw .noECKey
      }
      return .es256(key)
    case .rs256:
      guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self)) else {
        throw .noRSAKey
      }
      return .rs256(key)
    case .hs256:
      guard let secret = SigningKeyFile.secretText(bytes, atLeast: 32) else { throw .noSecret }
      return .hs256(SymmetricKey(data: secret))
    }
  }

  /// The same key has the same name wherever it is read, and the name gives nothing of it away.
  private static func name(_ material: Material) -> String {
    let digest: [UInt8] =
      switch material {
      case .es256(let key): Array(SHA256.hash(data: key.publicKey.derRepresentation))
      case .rs256(let key): Array(SHA256.hash(data: key.publicKey.derRepresentation))
      case .hs256(let key):
        Array(HMAC<SHA256>.authenticationCode(for: Array("anteroom/v1/grant-secret/id".utf8), using: key))
      }
    return Hex.text(Array(digest.prefix(8)))
  }

  private static func published(_ material: Material, kid: String) -> PublicKey? {
    let digest = Hex.text(Array(SHA256.hash(data: Array(kid.utf8))))
    switch material {
    case .es256(let key):
      let point = Array(key.publicKey.rawRepresentation)
      return PublicKey(
        kid: kid,
        form: .p256(
          x: Base64.text(Array(point[..<32]), as: .url), y: Base64.text(Array(point[32...]), as: .url)),
        pem: key.publicKey.pemRepresentation, kidDigest: digest)
    case .rs256(let key):
      guard let numbers = try? key.publicKey.getKeyPrimitives() else {
        preconditionFailure("an RSA key has a modulus and an exponent")
      }
      return PublicKey(
        kid: kid,
        form: .rsa(
          n: Base64.text(Array(numbers.modulus), as: .url), e: Base64.text(Array(numbers.publicExponent), as: .url)),
        pem: key.publicKey.pemRepresentation, kidDigest: digest)
    case .hs256: return nil
    }
  }

  /// Not every 32 bytes are a scalar of the curve (about one in 2^32 is not): the next derivation is taken
  /// then, the same at every start (FIPS 186-5, appendix A.2.2).
  private static func scalar(root: RootKey) -> P256.Signing.PrivateKey {
    for attempt in 0..<64 {
      let bytes = root.key(for: .grantSigning, generation: 1, suffix: "/\(attempt)")
      if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return key }
    }
    preconditionFailure("64 derivations in a row outside the curve's order")
  }

  /// ES256: `r ‖ s`, 64 bytes, with the lower of the two values of `s` that verify. RS256 and HS256 have one
  /// signature for each message.
  func sign(_ input: [UInt8]) -> [UInt8] {
    switch material {
    case .es256(let key):
      guard let signature = try? key.signature(for: input) else { preconditionFailure("ECDSA signs every message") }
      let bytes = Array(signature.rawRepresentation)
      return P256Order.isLow(bytes[32...]) ? bytes : bytes[..<32] + P256Order.negated(bytes[32...])
    case .rs256(let key):
      guard let signature = try? key.signature(for: SHA256.hash(data: input), padding: .insecurePKCS1v1_5) else {
        preconditionFailure("RSA signs every digest")
      }
      return Array(signature.rawRepresentation)
    case .hs256(let key): return Array(HMAC<SHA256>.authenticationCode(for: input, using: key))
    }
  }

  /// An ECDSA signature (r, s) holds with n - s as well, so that anybody could make a second token out of one;
  /// only the one with the lower `s` is ours.
  func isSignature(_ signature: [UInt8], of input: ArraySlice<UInt8>) -> Bool {
    switch material {
    case .es256(let key):
      guard signature.count == 64, P256Order.isLow(signature[32...]),
        let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.publicKey.isValidSignature(parsed, for: input)
    case .rs256(let key):
      return key.publicKey.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: input),
        padding: .insecurePKCS1v1_5)
    case .hs256(let key): return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: input, using: key)
    }
  }

  /// Whether a token of the one is a token of the other: then there was no change.
  func isSame(as other: SigningKey) -> Bool {
    guard header == other.header else { return false }
    let probe = Array("anteroom/v1/same-key".utf8)
    return isSignature(other.sign(probe), of: probe[...])
  }
}
