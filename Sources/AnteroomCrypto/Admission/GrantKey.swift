import AnteroomServices
import Crypto

/// A P-256 key with the header that names it.
struct GrantKey: Sendable {
  private let key: P256.Signing.PrivateKey
  /// base64url of `{"alg":"ES256","kid":…,"typ":"anteroom-grant+jwt"}`
  let header: [UInt8]
  let published: PublicKey

  init(root: RootKey, generation: Int) {
    let kid = root.id(of: .grantSigning, generation: generation)
    key = GrantKey.scalar(root: root, generation: generation)
    var header: [UInt8] = []
    Base64.append(
      Array(#"{"alg":"ES256","kid":"\#(kid)","typ":"anteroom-grant+jwt"}"#.utf8), as: .url, to: &header)
    self.header = header
    let point = Array(key.publicKey.rawRepresentation)
    published = PublicKey(
      kid: kid, x: Base64.text(Array(point[..<32]), as: .url), y: Base64.text(Array(point[32...]), as: .url),
      pem: key.publicKey.pemRepresentation, kidDigest: Hex.text(Array(SHA256.hash(data: Array(kid.utf8)))))
  }

  /// Not every 32 bytes are a scalar of the curve (about one in 2^32 is not): the next derivation is taken
  /// then, the same at every start (FIPS 186-5, appendix A.2.2).
  private static func scalar(root: RootKey, generation: Int) -> P256.Signing.PrivateKey {
    for attempt in 0..<64 {
      let bytes = root.key(for: .grantSigning, generation: generation, suffix: "/\(attempt)")
      if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return key }
    }
    preconditionFailure("64 derivations in a row outside the curve's order")
  }

  /// `r ‖ s`, 64 bytes, with the lower of the two values of `s` that verify.
  func sign(_ input: [UInt8]) -> [UInt8] {
    guard let signature = try? key.signature(for: input) else { preconditionFailure("ECDSA signs every message") }
    let bytes = Array(signature.rawRepresentation)
    return P256Order.isLow(bytes[32...]) ? bytes : bytes[..<32] + P256Order.negated(bytes[32...])
  }

  /// A signature (r, s) holds with n - s as well, so that anybody could make a second token out of one;
  /// only the one with the lower `s` is ours.
  func isSignature(_ signature: [UInt8], of input: ArraySlice<UInt8>) -> Bool {
    guard signature.count == 64, P256Order.isLow(signature[32...]),
      let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
    else { return false }
    return key.publicKey.isValidSignature(parsed, for: input)
  }
}

/// Arithmetic on `s` modulo the order of P-256 (NIST SP 800-186, section 3.2.1.3), big-endian.
enum P256Order {
  private static let order: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
  ]

  /// Whether s ≤ n - s.
  static func isLow(_ s: ArraySlice<UInt8>) -> Bool {
    !negated(s).lexicographicallyPrecedes(s)
  }

  /// n - s, for s below n.
  static func negated(_ s: ArraySlice<UInt8>) -> [UInt8] {
    var result = order
    var borrow = 0
    for (index, byte) in zip(result.indices, s).reversed() {
      let difference = Int(order[index]) - Int(byte) - borrow
      borrow = difference < 0 ? 1 : 0
      result[index] = UInt8(difference & 0xFF)
    }
    return result
  }
}
