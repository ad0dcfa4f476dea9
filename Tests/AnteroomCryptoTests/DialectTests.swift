import AnteroomCore
import AnteroomServices
import Crypto
import CryptoExtras
import Testing

@testable import AnteroomCrypto

private let start = Instant(seconds: 1_700_000_000)
private let join = JoinID(random: SeededRandomness(5).bytes(JoinID.randomByteCount))

private let rs = Audience(
  name: "jitsi",
  dialect: .jitsi(JitsiDialect(algorithm: .rs256, issuer: "app", domain: "meet.example.org", audience: "jitsi")))
private let hs = Audience(
  name: "jitsi-hs",
  dialect: .jitsi(JitsiDialect(algorithm: .hs256, issuer: "app", domain: "meet.example.org", audience: "jitsi-hs")))
private let livekit = Audience(name: "livekit", dialect: .livekit(LiveKitDialect(apiKey: "APIkey")))
private let galene = Audience(name: "galene", dialect: .galene(GaleneDialect(location: "https://g.example.org:8443/")))
private let all = [rs, hs, livekit, galene, Audience(name: "room", dialect: .anteroom)]

private func claims(
  for audience: String, role: JoinRole = .participant, publish: Publish = .nothing, room: String = "team",
  name: String = "Ada", issuedAt: Instant = start
) -> GrantClaims {
  GrantClaims(
    issuer: "anteroom", audience: audience, join: join, id: "g-1", issuedAt: issuedAt,
    expiresAt: issuedAt.adding(seconds: 60), room: room, meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"), role: role,
    name: name, verified: false, publish: publish, epoch: 3, occurrence: 1, person: nil, authenticatedAt: nil,
    methods: [])
}

private func parts(_ token: String) -> [String] {
  token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
}

private func url(_ text: String) -> String { Base64.text(Array(text.utf8), as: .url) }

private func decoded(_ part: String) -> String {
  String(decoding: Base64.decode(Array(part.utf8)[...], as: .url) ?? [], as: UTF8.self)
}

/// The claims beside our own, which stand first and whole.
private func spoken(_ claims: GrantClaims, by signer: GrantSigner) throws -> String {
  let payload = decoded(parts(try #require(signer.sign(claims, at: start)))[1])
  let own = #"{"anteroom":"# + String(decoding: GrantClaimsText.write(claims), as: UTF8.self) + ","
  #expect(payload.hasPrefix(own))
  return "{" + payload.dropFirst(own.count)
}

private let times = #""jti":"g-1","iat":1700000000,"nbf":1699999995,"exp":1700000060"#

@Suite struct DialectTests {
  @Test func `what is signed for an audience is read back, and only with the header of its key`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer(all)
    for audience in all {
      let token = try #require(signer.sign(claims(for: audience.name, name: "Ada \"\\ \u{1} 🙂"), at: start))
      #expect(signer.verify(token, at: start) == claims(for: audience.name, name: "Ada \"\\ \u{1} 🙂"))
      let kid = try #require(signer.facts(at: start).first { $0.audiences == [audience.name] }?.kid)
      let typ = audience.dialect == .anteroom ? "anteroom-grant+jwt" : "JWT"
      #expect(
        decoded(parts(token)[0])
          == #"{"alg":"\#(audience.dialect.algorithm.rawValue)","kid":"\#(kid)","typ":"\#(typ)"}"#)
    }
    #expect(signer.sign(claims(for: "nobody"), at: start) == nil)
    #expect(Set(signer.facts(at: start).map(\.kid)).count == all.count)
  }

  @Test(arguments: [
    (JoinRole.participant, Publish.nothing, "member", false, false),
    (.viewer, .everything, "member", false, false), (.cohost, .everything, "owner", true, true),
    (.host, Publish(audio: true, video: true, screen: false), "owner", true, false),
    (.participant, .everything, "member", false, true),
  ])
  func `jitsi gets issuer, domain, room and context`(
    role: JoinRole, publish: Publish, affiliation: String, isHosting: Bool, mayShare: Bool
  ) throws {
    let folder = try KeyFolder()
    #expect(
      try spoken(claims(for: "jitsi", role: role, publish: publish), by: try folder.signer([rs]))
        == #"{"iss":"app","aud":"jitsi","sub":"meet.example.org",\#(times),"room":"team","context":{"user":{"#
        + #""id":"\#(join.text)","name":"Ada","affiliation":"\#(affiliation)","moderator":\#(isHosting)},"#
        + #""features":{"livestreaming":\#(isHosting),"outbound-call":\#(isHosting),"recording":\#(isHosting),"#
        + #""screen-sharing":\#(mayShare),"sip-outbound-call":\#(isHosting),"transcription":\#(isHosting)}}}"#)
  }

  @Test(arguments: [
    (JoinRole.participant, Publish.nothing, [String]()), (.viewer, .everything, []),
    (.participant, Publish(audio: true, video: false, screen: false), ["microphone"]),
    (.participant, Publish(audio: false, video: true, screen: true), ["camera", "screen_share", "screen_share_audio"]),
    (.host, .everything, ["camera", "microphone", "screen_share", "screen_share_audio"]),
  ])
  func `livekit gets every permission said, and nobody gets power over the room`(
    role: JoinRole, publish: Publish, sources: [String]
  ) throws {
    let folder = try KeyFolder()
    let list = sources.map { "\"\($0)\"" }.joined(separator: ",")
    #expect(
      try spoken(claims(for: "livekit", role: role, publish: publish), by: try folder.signer([livekit]))
        == #"{"iss":"APIkey","sub":"\#(join.text)",\#(times),"name":"Ada","video":{"room":"team","roomJoin":true,"#
        + #""canPublish":\#(!sources.isEmpty),"canPublishSources":[\#(list)],"canPublishData":\#(role != .viewer),"#
        + #""canSubscribe":true,"canUpdateOwnMetadata":false,"hidden":false,"agent":false,"#
        + #""canManageAgentSession":false,"canSubscribeMetrics":false,"ingressAdmin":false,"recorder":false,"#
        + #""roomAdmin":false,"roomCreate":false,"roomList":false,"roomRecord":false}}"#)
  }

  @Test(arguments: [
    (JoinRole.viewer, Publish.everything, #"[]"#), (.participant, .nothing, #"["message"]"#),
    (.participant, Publish(audio: true, video: false, screen: false), #"["present","message"]"#),
    (.cohost, .nothing, #"["op","message"]"#), (.host, .everything, #"["op","present","message"]"#),
  ])
  func `galene gets the group's address and permissions`(role: JoinRole, publish: Publish, permissions: String) throws {
    let folder = try KeyFolder()
    #expect(
      try spoken(claims(for: "galene", role: role, publish: publish), by: try folder.signer([galene]))
        == #"{"iss":"anteroom","aud":"https://g.example.org:8443/group/team/","sub":"Ada",\#(times),"#
        + #""permissions":\#(permissions)}"#)
  }

  @Test(arguments: [
    ("team", "team"), ("team%20a", "team%20a"), ("k%c3%a4se", "k%c3%a4se"),
    // Every room there is, another's room in another spelling, and what a JID cannot hold: the meeting's id.
    ("*", "kq3vm-8tzpa-w2hfd"), ("Team", "kq3vm-8tzpa-w2hfd"), ("käse", "kq3vm-8tzpa-w2hfd"),
    ("a b", "kq3vm-8tzpa-w2hfd"), ("a@b", "kq3vm-8tzpa-w2hfd"), ("[x]a", "kq3vm-8tzpa-w2hfd"),
    ("a/b", "kq3vm-8tzpa-w2hfd"), ("\u{212A}elvin", "kq3vm-8tzpa-w2hfd"),
  ])
  func `a foreign name is jitsi's room only where Prosody spells it so`(external: String, room: String) throws {
    let folder = try KeyFolder()
    let said = try spoken(claims(for: "jitsi", room: external), by: try folder.signer([rs]))
    #expect(said.contains(#""room":"\#(room)","context""#))
  }

  @Test(arguments: [
    ("team/a", "team/a"), ("a b", "a%20b"), ("a?b#c", "a%3Fb%23c"), ("100%", "100%25"), ("käse", "k%C3%A4se"),
    ("a\"b", "a%22b"), ("x:y@z", "x%3Ay%40z"),
  ])
  func `a group's name cannot leave the path of its address`(external: String, path: String) throws {
    let folder = try KeyFolder()
    let said = try spoken(claims(for: "galene", room: external), by: try folder.signer([galene]))
    #expect(said.contains(#""aud":"https://g.example.org:8443/group/\#(path)/""#))
  }

  @Test func `groups may lie below one group`() throws {
    let folder = try KeyFolder()
    let below = Audience(
      name: "galene", dialect: .galene(GaleneDialect(location: "https://g.example.org/", group: "meet/{room}")))
    let said = try spoken(claims(for: "galene", room: "a b"), by: try folder.signer([below]))
    #expect(said.contains(#""aud":"https://g.example.org/group/meet/a%20b/""#))
  }

  @Test func `FAILURE 67: no other algorithm, type or key is taken, whoever signs`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer(all)
    let facts = signer.facts(at: start)
    for audience in all {
      let token = parts(try #require(signer.sign(claims(for: audience.name), at: start)))
      let kid = try #require(facts.first { $0.audiences == [audience.name] }?.kid)
      let algorithm = audience.dialect.algorithm.rawValue
      let typ = audience.dialect == .anteroom ? "anteroom-grant+jwt" : "JWT"
      var keys: [[UInt8]] = [[], Array("secret".utf8), Array(kid.utf8)]
      for key in signer.publicKeys(at: start) { keys.append(Array(key.pem.utf8)) }
      let headers =
        ["none", "None", "nOnE", "", "HS256", "RS256", "ES256", "HS384", "RS384"].map {
          #"{"alg":"\#($0)","kid":"\#(kid)","typ":"\#(typ)"}"#
        } + [
          #"{"alg":"\#(algorithm)","kid":"\#(kid)"}"#, #"{"alg":"\#(algorithm)","typ":"\#(typ)"}"#,
          #"{"alg":"\#(algorithm)","kid":"\#(kid)","typ":"at+jwt"}"#,
          #"{"alg":"\#(algorithm)","kid":"0","typ":"\#(typ)"}"#,
          #"{"alg":"\#(algorithm)","kid":"../\#(kid)","typ":"\#(typ)"}"#,
          #"{"alg":"\#(algorithm)","kid":"\#(kid)","typ":"\#(typ)","crit":[]}"#,
        ]
      for header in headers {
        #expect(signer.verify("\(url(header)).\(token[1]).", at: start) == nil, "\(header)")
        if decoded(token[0]) != header {
          #expect(signer.verify("\(url(header)).\(token[1]).\(token[2])", at: start) == nil, "\(header)")
        }
        // The public key as an HMAC's secret, and secrets that somebody might have.
        for key in keys {
          let input = Array("\(url(header)).\(token[1])".utf8)
          let code = Array(HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: key)))
          #expect(
            signer.verify("\(url(header)).\(token[1]).\(Base64.text(code, as: .url))", at: start) == nil, "\(header)")
        }
      }
      #expect(signer.verify(token.joined(separator: "."), at: start) != nil)
    }
  }

  @Test func `no single changed character is let pass, in any dialect`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer(all)
    for audience in all {
      let token = Array(try #require(signer.sign(claims(for: audience.name), at: start)).utf8)
      for index in stride(from: 0, to: token.count, by: audience.dialect.algorithm == .hs256 ? 1 : 7) {
        var changed = token
        changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(signer.verify(String(decoding: changed, as: UTF8.self), at: start) == nil, "character \(index)")
      }
    }
  }

  /// Whoever has a server's shared secret can sign; what they sign is still no grant of ours unless we would write it.
  @Test func `claims that we would not write are refused even with the right signature`() throws {
    let folder = try KeyFolder()
    let secret = "a secret of at least thirty-two characters".replacing(" ", with: "-")
    let audience = Audience(
      name: "livekit", dialect: livekit.dialect, keyFile: folder.write("secret", secret + "\n"), keyID: "k1")
    let signer = try folder.signer([audience])
    let token = parts(try #require(signer.sign(claims(for: "livekit"), at: start)))
    func signed(_ payload: String) -> String {
      let input = "\(token[0]).\(url(payload))"
      let code = HMAC<SHA256>.authenticationCode(
        for: Array(input.utf8), using: SymmetricKey(data: Array(secret.utf8)))
      return "\(input).\(Base64.text(Array(code), as: .url))"
    }
    let sound = decoded(token[1])
    #expect(signer.verify(signed(sound), at: start) == claims(for: "livekit"))
    for (part, other) in [
      (#""canPublish":false"#, #""canPublish":true"#), (#""hidden":false"#, #""hidden":true"#),
      (#""roomAdmin":false"#, #""roomAdmin":true"#), (#""room":"team","roomJoin""#, #""room":"other","roomJoin""#),
      (#""iss":"APIkey""#, #""iss":"other""#), (#""role":"participant""#, #""role":"viewer""#),
      (#""aud":"livekit""#, #""aud":"room""#), (#""exp":1700000060,"name""#, #""exp":1800000060,"name""#),
      (#"{"anteroom":"#, #"{"x":1,"anteroom":"#), ("}}", "}} "),
    ] {
      let payload = String(sound.replacing(part, with: other))
      #expect(payload != sound, "\(part)")
      #expect(signer.verify(signed(payload), at: start) == nil, "\(other)")
    }
  }

  @Test func `an RSA key is published as it signs`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer([rs])
    let published = try #require(signer.publicKeys(at: start).first)
    guard case .rsa(let n, let e) = published.form else {
      Issue.record("no RSA")
      return
    }
    #expect(e == "AQAB" && n.utf8.count == 342)
    let key = try _RSA.Signing.PublicKey(pemRepresentation: published.pem)
    let token = parts(try #require(signer.sign(claims(for: "jitsi"), at: start)))
    let signature = try #require(Base64.decode(Array(token[2].utf8)[...], as: .url))
    let isValid = key.isValidSignature(
      _RSA.Signing.RSASignature(rawRepresentation: signature),
      for: SHA256.hash(data: Array("\(token[0]).\(token[1])".utf8)), padding: .insecurePKCS1v1_5)
    #expect(isValid)
    #expect(try folder.signer([hs, livekit]).publicKeys(at: start).isEmpty)
  }
}
