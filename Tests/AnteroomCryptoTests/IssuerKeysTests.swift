import AnteroomCore
import AnteroomCrypto
import AnteroomServices
import Crypto
import CryptoExtras
import Testing

/// Which keys of an issuer's file are taken, and what they are taken for.
@Suite struct IssuerKeysTests {
  static func text(_ bytes: some Sequence<UInt8>) -> String { Base64URL.text(Array(bytes)) }

  static func key(_ key: P256.Signing.PrivateKey, id: String? = "p") -> JSONWebKey {
    let point = Array(key.publicKey.rawRepresentation)
    return JSONWebKey(type: "EC", keyID: id, curve: "P-256", x: text(point[..<32]), y: text(point[32...]))
  }

  static func key(_ key: _RSA.Signing.PrivateKey, id: String? = "r") throws -> JSONWebKey {
    let numbers = try key.publicKey.getKeyPrimitives()
    return JSONWebKey(type: "RSA", keyID: id, n: text(numbers.modulus), e: text(numbers.publicExponent))
  }

  static func isTaken(
    _ keys: [JSONWebKey], _ algorithm: String, kid: String?, _ signature: [UInt8], _ input: [UInt8]
  ) throws -> Bool {
    let rule = IssuerRule(
      name: "i", issuer: "i", audience: "a", usernameClaim: "u", provision: false, vouched: false,
      secondFactorMethods: [])
    let now = Instant(seconds: 0)
    let claims = IdentityClaims(
      issuer: "i", subject: "s", audiences: ["a"], authorizedParty: nil, issuedAt: now, expiresAt: now, notBefore: nil,
      methods: [], texts: [:])
    let issuers = TrustedIssuers([TrustedIssuer(rule: rule, keys: try IssuerKeys(keys))])
    return issuers.verify(
      UnverifiedIdentityToken(
        algorithm: algorithm, keyID: kid, signingInput: input, signature: signature, claims: claims)) != nil
  }

  @Test func `every algorithm of the list is taken from its own kind of key and from no other`() throws {
    let input = Array("header.payload".utf8)
    let p256 = P256.Signing.PrivateKey()
    let p384 = P384.Signing.PrivateKey()
    let ed25519 = Curve25519.Signing.PrivateKey()
    let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let point = Array(p384.publicKey.rawRepresentation)
    let keys = [
      IssuerKeysTests.key(p256), try IssuerKeysTests.key(rsa),
      JSONWebKey(
        type: "EC", keyID: "q", curve: "P-384", x: IssuerKeysTests.text(point[..<48]),
        y: IssuerKeysTests.text(point[48...])),
      JSONWebKey(
        type: "OKP", keyID: "e", curve: "Ed25519", x: IssuerKeysTests.text(ed25519.publicKey.rawRepresentation)),
    ]
    let digest = SHA256.hash(data: input)
    let signatures: [(String, String, [UInt8])] = [
      ("ES256", "p", Array(try p256.signature(for: input).rawRepresentation)),
      ("ES384", "q", Array(try p384.signature(for: input).rawRepresentation)),
      ("EdDSA", "e", Array(try ed25519.signature(for: input))),
      ("RS256", "r", Array(try rsa.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)),
      ("PS256", "r", Array(try rsa.signature(for: digest, padding: .PSS).rawRepresentation)),
    ]
    for (made, owner, signature) in signatures {
      for algorithm in ["ES256", "ES384", "EdDSA", "RS256", "PS256", "HS256", "none", ""] {
        for kid in ["p", "q", "e", "r", "x"] {
          let taken = try IssuerKeysTests.isTaken(keys, algorithm, kid: kid, signature, input)
          #expect(taken == (algorithm == made && kid == owner), "\(made) as \(algorithm) by \(kid)")
        }
        // Without a name, by the only key that it could be.
        #expect(try IssuerKeysTests.isTaken(keys, algorithm, kid: nil, signature, input) == (algorithm == made))
      }
      #expect(try !IssuerKeysTests.isTaken(keys, made, kid: owner, signature + [0], input))
      #expect(try !IssuerKeysTests.isTaken(keys, made, kid: owner, Array(signature.dropLast()), input))
      #expect(try !IssuerKeysTests.isTaken(keys, made, kid: owner, signature, input + [0]))
    }
  }

  @Test func `without a name nobody is asked among two, and a name is one key's`() throws {
    let one = P256.Signing.PrivateKey()
    let other = P256.Signing.PrivateKey()
    let input: [UInt8] = [1]
    let signature = Array(try one.signature(for: input).rawRepresentation)
    let keys = [IssuerKeysTests.key(one, id: "1"), IssuerKeysTests.key(other, id: nil)]
    #expect(try !IssuerKeysTests.isTaken(keys, "ES256", kid: nil, signature, input))
    #expect(try IssuerKeysTests.isTaken(keys, "ES256", kid: "1", signature, input))
    #expect(throws: IssuerKeys.Flaw.repeated("1")) {
      try IssuerKeys([IssuerKeysTests.key(one, id: "1"), IssuerKeysTests.key(other, id: "1")])
    }
  }

  @Test func `what a key says of its use is kept to`() throws {
    let key = P256.Signing.PrivateKey()
    let input: [UInt8] = [1]
    let signature = Array(try key.signature(for: input).rawRepresentation)
    func taken(_ change: (inout JSONWebKey) -> Void) throws -> Bool {
      var changed = IssuerKeysTests.key(key)
      change(&changed)
      // Another beside it, so that the set is not empty.
      let other = IssuerKeysTests.key(P256.Signing.PrivateKey(), id: "other")
      return try IssuerKeysTests.isTaken([changed, other], "ES256", kid: "p", signature, input)
    }
    #expect(try taken { _ in })
    #expect(try taken { $0.use = "sig" })
    #expect(try taken { $0.algorithm = "ES256" })
    #expect(try taken { $0.operations = ["verify"] })
    #expect(try !taken { $0.use = "enc" })
    #expect(try !taken { $0.operations = ["encrypt"] })
    #expect(try !taken { $0.operations = [] })
    #expect(try !taken { $0.algorithm = "ECDH-ES" })
    #expect(throws: IssuerKeys.Flaw.malformed("p")) { _ = try taken { $0.algorithm = "ES384" } }
    #expect(throws: IssuerKeys.Flaw.secret("p")) { _ = try taken { $0.holdsSecret = true } }
    #expect(throws: IssuerKeys.Flaw.malformed("p")) { _ = try taken { $0.y = $0.x } }
    #expect(throws: IssuerKeys.Flaw.malformed("p")) { _ = try taken { $0.x = $0.x.map { $0 + "=" } } }
  }

  @Test func `RSA is taken from 2048 bits on, and with an exponent that is one`() throws {
    var key = try IssuerKeysTests.key(_RSA.Signing.PrivateKey(keySize: .bits2048))
    _ = try IssuerKeys([key])
    for exponent: [UInt8] in [[1], [3], [0, 1, 0, 1], [1, 0, 0], [1, 0, 0, 0, 0, 1]] {
      key.e = IssuerKeysTests.text(exponent)
      #expect(throws: IssuerKeys.Flaw.malformed("r")) { try IssuerKeys([key]) }
    }
    key.e = "AQAB"
    key.n = IssuerKeysTests.text([0x7F] + [UInt8](repeating: 0xFF, count: 255))
    #expect(throws: IssuerKeys.Flaw.weak("r", bits: 2047)) { try IssuerKeys([key]) }
    #expect(throws: IssuerKeys.Flaw.none) { try IssuerKeys([JSONWebKey(type: "EC", curve: "secp256k1")]) }
  }
}
