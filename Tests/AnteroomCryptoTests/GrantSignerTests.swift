import AnteroomCore
import AnteroomServices
import Crypto
import Testing

@testable import AnteroomCrypto

private let join = JoinID(random: SeededRandomness(5).bytes(JoinID.randomByteCount))

private func claims(
  room: String = "kq3vm-8tzpa-w2hfd", name: String = "Ada", person: String? = nil, authenticatedAt: Instant? = nil,
  methods: [String] = []
) -> GrantClaims {
  GrantClaims(
    issuer: "anteroom", audience: "sfu", join: join, id: "g-1", issuedAt: Instant(seconds: 1_700_000_000),
    expiresAt: Instant(seconds: 1_700_000_060), room: room, meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"),
    role: .participant, name: name, verified: false, publish: Publish(audio: true, video: false, screen: false),
    epoch: 3, occurrence: 1, person: person, authenticatedAt: authenticatedAt, methods: methods)
}

private let signer = ownSigner()

private func ownSigner(_ seed: UInt64 = 7) -> GrantSigner {
  do throws(SigningKeyFault) {
    return try GrantSigner(
      audiences: [Audience(name: "sfu", dialect: .anteroom)], root: testRoot(seed), directory: "/nonexistent/keys",
      randomness: SeededRandomness(), at: Instant(seconds: 1_700_000_000))
  } catch {
    preconditionFailure("the shared key needs no file: \(error)")
  }
}

private func sign(_ claims: GrantClaims, by other: GrantSigner = signer) -> String { other.sign(claims, at: now) ?? "" }

private func url(_ text: String) -> String { Base64.text(Array(text.utf8), as: .url) }

private func decoded(_ part: Substring) -> String {
  String(decoding: Base64.decode(Array(part.utf8)[...], as: .url) ?? [], as: UTF8.self)
}

/// A token that the right key signed, whatever it says.
private func signed(header: String, payload: String) throws -> String {
  let key = try P256.Signing.PrivateKey(
    rawRepresentation: testRoot().key(for: .grantSigning, generation: 1, suffix: "/0"))
  let input = "\(url(header)).\(url(payload))"
  var signature = Array(try key.signature(for: Array(input.utf8)).rawRepresentation)
  if !P256Order.isLow(signature[32...]) { signature = signature[..<32] + P256Order.negated(signature[32...]) }
  return "\(input).\(Base64.text(signature, as: .url))"
}

private let now = Instant(seconds: 1_700_000_000)
private let kid = signer.publicKeys(at: now)[0].kid
private let header = #"{"alg":"ES256","kid":"\#(kid)","typ":"anteroom-grant+jwt"}"#

@Suite struct GrantSignerTests {
  @Test(arguments: [
    claims(), claims(room: "External Room \"7\""), claims(name: "Ada \"\\ \u{1}\n\u{7F} Løvelåce 🙂 </script>"),
    claims(person: "p1", authenticatedAt: Instant(seconds: 1_699_999_000), methods: ["pwd", "otp"]),
    claims(authenticatedAt: Instant(seconds: 5), methods: ["pwd"]), claims(name: ""),
  ])
  func `what is signed is read back`(claims: GrantClaims) {
    #expect(signer.verify(sign(claims), at: now) == claims)
  }

  @Test func `header and claims are the contract's, in a fixed order`() {
    let parts = sign(claims(person: "p1", authenticatedAt: Instant(seconds: 9), methods: ["pwd", "otp"]))
      .split(separator: ".")
    #expect(decoded(parts[0]) == header)
    #expect(
      decoded(parts[1])
        == #"{"iss":"anteroom","aud":"sfu","sub":"\#(join.text)","jti":"g-1","iat":1700000000,"nbf":1699999995,"#
        + #""exp":1700000060,"room":"kq3vm-8tzpa-w2hfd","role":"participant","name":"Ada","verified":false,"#
        + #""publish":{"audio":true,"video":false,"screen":false},"epoch":3,"occurrence":1,"person":"p1","#
        + #""auth_time":9,"amr":["pwd","otp"]}"#)
  }

  @Test func `the meeting is a claim only where the room is a foreign name`() {
    let own = decoded(sign(claims()).split(separator: ".")[1])
    let foreign = decoded(sign(claims(room: "r")).split(separator: ".")[1])
    #expect(!own.contains("meeting"))
    #expect(foreign.contains(#""room":"r","meeting":"kq3vm-8tzpa-w2hfd""#))
  }

  @Test func `the published key is the one that signs`() throws {
    let published = signer.publicKeys(at: now)[0]
    let key = try P256.Signing.PublicKey(pemRepresentation: published.pem)
    let parts = sign(claims()).split(separator: ".")
    let raw = try #require(Base64.decode(Array(parts[2].utf8)[...], as: .url))
    let signature = try P256.Signing.ECDSASignature(rawRepresentation: raw)
    #expect(key.isValidSignature(signature, for: Array("\(parts[0]).\(parts[1])".utf8)))
    guard case .p256(let x, let y) = published.form else {
      Issue.record("no P-256")
      return
    }
    #expect(Base64.text(Array(key.rawRepresentation), as: .url).hasPrefix(String(x.dropLast())))
    #expect(x.utf8.count == 43 && y.utf8.count == 43)
    #expect(published.kidDigest == KeyedDigests(root: testRoot()).sha256(Array(published.kid.utf8).span).hex)
  }

  /// Incident 67: libraries that let the header choose how it is checked.
  @Test(arguments: [
    #"{"alg":"none","kid":"KID","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"None","kid":"KID","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"nOnE","kid":"KID","typ":"anteroom-grant+jwt"}"#, #"{"alg":"","kid":"KID","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"HS256","kid":"KID","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES384","kid":"KID","typ":"anteroom-grant+jwt"}"#,
    #"{"kid":"KID","typ":"anteroom-grant+jwt"}"#, #"{"alg":"ES256","kid":"KID","typ":"JWT"}"#,
    #"{"alg":"ES256","kid":"KID"}"#, #"{"alg":"ES256","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES256","kid":"","typ":"anteroom-grant+jwt"}"#, #"{"alg":"ES256","kid":"0","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES256","kid":"../../etc/passwd","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES256","kid":"' OR 1=1 --","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES256","kid":"KID","typ":"anteroom-grant+jwt","crit":["exp"]}"#,
    #"{"alg":"ES256","kid":"KID","jku":"https://e.example/k","typ":"anteroom-grant+jwt"}"#,
    #"{"kid":"KID","alg":"ES256","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES256", "kid":"KID","typ":"anteroom-grant+jwt"}"#,
    #"{"alg":"ES256","alg":"none","kid":"KID","typ":"anteroom-grant+jwt"}"#, "", "{}", "null",
  ])
  func `another header is refused even with the right signature`(text: String) throws {
    let payload = decoded(sign(claims()).split(separator: ".")[1])
    let header = String(text.replacing("KID", with: kid))
    #expect(signer.verify(try signed(header: header, payload: payload), at: now) == nil)
    #expect(signer.verify("\(url(header)).\(url(payload)).", at: now) == nil)
  }

  @Test func `the same by the right header is taken, so the table above shows what it says`() throws {
    let payload = decoded(sign(claims()).split(separator: ".")[1])
    #expect(signer.verify(try signed(header: header, payload: payload), at: now) == claims())
  }

  @Test func `claims that we would not write are refused even with the right signature`() throws {
    let sound = decoded(sign(claims()).split(separator: ".")[1])
    func changed(_ part: String, _ other: String) -> String { String(sound.replacing(part, with: other)) }
    let others: [String] = [
      sound + " ", " " + sound, changed("\"epoch\":3", "\"epoch\":03"),
      changed("\"epoch\":3", "\"epoch\":+3"),
      changed("\"epoch\":3", "\"epoch\":3.0"),
      changed("\"epoch\":3", "\"epoch\":99999999999999999999"),
      changed("\"epoch\":3", "\"epoch\":3,\"epoch\":4"),
      changed("participant", "owner"), changed("Ada", "\\u0041da"),
      changed("\"nbf\":1699999995", "\"nbf\":0"), changed("false}", "0}"),
      changed("\"room\":", "\"x\":1,\"room\":"), String(sound.dropLast()), sound + "}", "", "{}",
      "[",
      changed("\"room\":\"kq3vm-8tzpa-w2hfd\"", "\"room\":\"Other\""),
      changed("\"role\"", "\"meeting\":\"kq3vm-8tzpa-w2hfd\",\"role\""),
    ]
    for payload in others {
      #expect(payload != sound)
      #expect(signer.verify(try signed(header: header, payload: payload), at: now) == nil, "\(payload)")
    }
  }

  @Test func `a changed, stripped, padded, re-encoded or foreign token is refused`() throws {
    let token = sign(claims())
    let parts = token.split(separator: ".").map(String.init)
    let input = Array("\(parts[0]).\(parts[1])".utf8)
    let raw = try #require(Base64.decode(Array(parts[2].utf8)[...], as: .url))
    let der = Array(try P256.Signing.ECDSASignature(rawRepresentation: raw).derRepresentation)
    let twin = Array(raw[..<32]) + P256Order.negated(raw[32...])
    let pem = SymmetricKey(data: Array(signer.publicKeys(at: now)[0].pem.utf8))
    let hmac = Array(HMAC<SHA256>.authenticationCode(for: input, using: pem))
    let last = try #require(parts[2].utf8.last)
    let leftOver = String(token.dropLast()) + String(decoding: [last + 1], as: UTF8.self)
    let signed = "\(parts[0]).\(parts[1])."
    let others: [(String, String)] = [
      ("no signature", "\(parts[0]).\(parts[1])"), ("an empty signature", signed),
      ("a fourth part", token + "."), ("five parts", token + ".."), ("nothing", ""), ("dots", ".."),
      ("padding on the signature", token + "=="), ("padding on the header", "\(parts[0])=.\(parts[1]).\(parts[2])"),
      ("a line end", token + "\n"), ("a space in front", " " + token),
      ("bits left over", leftOver),
      ("a DER signature", signed + "\(Base64.text(der, as: .url))"),
      ("the other s", signed + "\(Base64.text(twin, as: .url))"),
      ("zeros", signed + "\(Base64.text([UInt8](repeating: 0, count: 64), as: .url))"),
      ("an HMAC under the public key", signed + "\(Base64.text(hmac, as: .url))"),
      ("another root's token", sign(claims(), by: ownSigner(8))),
      ("another's signature", signed + "\(sign(claims(name: "Eve")).split(separator: ".")[2])"),
      ("a megabyte", token + String(repeating: "A", count: 1 << 20)),
    ]
    for (what, other) in others { #expect(signer.verify(other, at: now) == nil, "\(what)") }
    // The twin does verify as ECDSA: that is why it must be refused by name.
    let isValid = try P256.Signing.PublicKey(pemRepresentation: signer.publicKeys(at: now)[0].pem)
      .isValidSignature(P256.Signing.ECDSASignature(rawRepresentation: twin), for: input)
    #expect(isValid)
  }

  @Test func `no single changed character is let pass`() {
    let token = Array(sign(claims()).utf8)
    for index in token.indices {
      var changed = token
      changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(signer.verify(String(decoding: changed, as: UTF8.self), at: now) == nil, "character \(index)")
    }
  }

  @Test func `signatures have the lower s, always`() throws {
    for _ in 0..<32 {
      let part = Array(sign(claims()).split(separator: ".")[2].utf8)
      let raw = try #require(Base64.decode(part[...], as: .url))
      #expect(P256Order.isLow(raw[32...]))
      #expect(P256Order.negated(P256Order.negated(raw[32...])[...]) == Array(raw[32...]))
    }
  }
}
