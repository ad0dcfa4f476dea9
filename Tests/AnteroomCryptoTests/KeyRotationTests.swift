import AnteroomCore
import AnteroomServices
import Glibc
import Testing

@testable import AnteroomCrypto

private let start = Instant(seconds: 1_700_000_000)
private let join = JoinID(random: SeededRandomness(5).bytes(JoinID.randomByteCount))
private let galene = Audience(name: "g/1", dialect: .galene(GaleneDialect(location: "https://g.example.org/")))
private let livekit = Audience(name: "livekit", dialect: .livekit(LiveKitDialect(apiKey: "APIkey")))
private let room = Audience(name: "room", dialect: .anteroom)
private let hall = Audience(name: "hall", dialect: .anteroom)

private func claims(for audience: String, at time: Instant) -> GrantClaims {
  GrantClaims(
    issuer: "anteroom", audience: audience, join: join, id: "g-1", issuedAt: time,
    expiresAt: time.adding(seconds: 60), room: "team", meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"),
    role: .participant, name: "Ada", verified: false, publish: .nothing, epoch: 3, occurrence: 1, person: nil,
    authenticatedAt: nil, methods: [])
}

/// Rotates and returns the new keys.
@discardableResult
private func rotate(
  _ signer: GrantSigner, _ audience: String?, signsIn seconds: Int = 0, at now: Instant
) throws -> [SigningKeyFact] {
  guard case .prepared(let prepared) = try signer.prepare(audience, signsIn: seconds, at: now) else { return [] }
  try prepared.putInForce()
  return prepared.keys
}

private func kid(_ token: String?) -> String {
  let header = Array((token ?? "").split(separator: ".").first.map(String.init)?.utf8 ?? "".utf8)
  let text = String(decoding: Base64.decode(header[...], as: .url) ?? [], as: UTF8.self)
  return text.split(separator: "\"").dropFirst(7).first.map(String.init) ?? ""
}

@Suite struct KeyRotationTests {
  @Test func `first keys are made once, 0600, and a restart reads them`() throws {
    let folder = try KeyFolder()
    let first = try folder.signer([galene, livekit, room])
    #expect(
      folder.names() == ["grants-for-g%2f1.1700000000000.pem", "grants-for-livekit.1700000000000.secret"])
    for name in folder.names() { #expect(folder.mode("keys/" + name) == 0o600) }
    #expect(folder.mode("keys") == 0o700)
    let second = try folder.signer([galene, livekit, room], seed: 99, at: start.adding(seconds: 5))
    for audience in ["g/1", "livekit", "room"] {
      let token = try #require(first.sign(claims(for: audience, at: start), at: start))
      #expect(second.verify(token, at: start) != nil)
    }
  }

  @Test func `audiences of our own dialect need no file`() throws {
    let folder = try KeyFolder()
    _ = try folder.signer([room, hall])
    #expect(folder.mode("keys") == 0)
  }

  @Test(arguments: ["g/1", "room"])
  func `a new key signs at once, the old one is read for an hour, over restarts, and then is gone`(
    audience: String
  ) throws {
    let folder = try KeyFolder()
    let signer = try folder.signer([galene, room, hall])
    let old = try #require(signer.sign(claims(for: audience, at: start), at: start))
    let now = start.adding(seconds: 100)
    let made = try rotate(signer, audience, at: now)
    #expect(made.map(\.state) == [.signing])
    let new = try #require(signer.sign(claims(for: audience, at: now), at: now))
    #expect(kid(new) == made.first?.kid && kid(old) != kid(new))
    for moment in [0, 3599] {
      let then = now.adding(seconds: moment)
      for reader in [signer, try folder.signer([galene, room, hall], seed: 8, at: then)] {
        #expect(reader.verify(old, at: then) != nil)
        #expect(reader.verify(new, at: then) != nil)
        #expect(Set(reader.publicKeys(at: then).map(\.kid)).isSuperset(of: [kid(old), kid(new)]))
        #expect(kid(reader.sign(claims(for: audience, at: then), at: then)) == kid(new))
      }
    }
    let over = now.adding(seconds: 3600)
    for reader in [signer, try folder.signer([galene, room, hall], seed: 8, at: over)] {
      #expect(reader.verify(old, at: over) == nil)
      #expect(reader.verify(new, at: over) != nil)
      #expect(!reader.publicKeys(at: over).contains { $0.kid == kid(old) })
    }
    #expect(folder.names().filter { $0.hasPrefix("grants-for-") }.count == 1)
  }

  @Test func `a key may be published before it signs`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer([galene])
    let old = kid(signer.sign(claims(for: "g/1", at: start), at: start))
    let made = try rotate(signer, "g/1", signsIn: 600, at: start)
    #expect(made.map(\.state) == [.next])
    #expect(signer.publicKeys(at: start).map(\.kid) == [old, made[0].kid])
    #expect(kid(signer.sign(claims(for: "g/1", at: start.adding(seconds: 599)), at: start.adding(seconds: 599))) == old)
    #expect(
      kid(signer.sign(claims(for: "g/1", at: start.adding(seconds: 600)), at: start.adding(seconds: 600)))
        == made[0].kid)
    let again = try folder.signer([galene], at: start.adding(seconds: 1))
    #expect(kid(again.sign(claims(for: "g/1", at: start.adding(seconds: 599)), at: start.adding(seconds: 599))) == old)
  }

  @Test func `all rotates key pairs, and a shared secret only by its name`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer([galene, livekit, room, hall])
    guard case .prepared(let prepared) = try signer.prepare(nil, signsIn: 0, at: start) else {
      Issue.record("not prepared")
      return
    }
    #expect(prepared.keys.map(\.audiences).sorted { $0.count < $1.count } == [["g/1"], ["room", "hall"]])
    #expect(prepared.skipped.map(\.audience) == ["livekit"])
    #expect(prepared.skipped.map(\.reason) == ["shared-secret"])
    prepared.discard()
    #expect(try rotate(signer, "livekit", at: start).map(\.published) == [nil])
  }

  @Test func `what was prepared and not put in force has never been`() throws {
    let folder = try KeyFolder()
    let signer = try folder.signer([galene])
    let before = folder.names()
    guard case .prepared(let prepared) = try signer.prepare("g/1", signsIn: 0, at: start) else {
      Issue.record("not prepared")
      return
    }
    guard case .underWay = try signer.prepare("g/1", signsIn: 0, at: start) else {
      Issue.record("two at a time")
      return
    }
    #expect(folder.names().count == 2)
    // A crash here leaves a file without a name that counts; the next start takes it away.
    #expect(try folder.signer([galene]).facts(at: start).count == 1)
    prepared.discard()
    #expect(folder.names() == before)
    #expect(signer.facts(at: start).map(\.state) == [.signing])
  }

  @Test func `an unknown audience, a given key and too many old ones are refused`() throws {
    let folder = try KeyFolder()
    let path = folder.write("given.pem", String(decoding: pem(3), as: UTF8.self))
    let given = Audience(name: "given", dialect: .anteroom, keyFile: path, keyID: "mine")
    let signer = try folder.signer([given, galene])
    guard case .unknownAudience = try signer.prepare("nobody", signsIn: 0, at: start) else {
      Issue.record("an unknown audience")
      return
    }
    guard case .given(let file) = try signer.prepare("given", signsIn: 0, at: start), file == path else {
      Issue.record("a given key")
      return
    }
    for _ in 1..<KeySuccession.most { try #require(try rotate(signer, "g/1", at: start).count == 1) }
    guard case .tooMany = try signer.prepare("g/1", signsIn: 0, at: start) else {
      Issue.record("too many")
      return
    }
  }

  @Test func `a given key that changed is taken up by a reload, and the old one is read for an hour`() throws {
    let folder = try KeyFolder()
    let audience = Audience(
      name: "room", dialect: .anteroom, keyFile: folder.write("k.pem", String(decoding: pem(3), as: UTF8.self)),
      keyID: "mine")
    let signer = try folder.signer([audience])
    let old = try #require(signer.sign(claims(for: "room", at: start), at: start))
    #expect(kid(old) == "mine")
    try signer.reload([audience], at: start.adding(seconds: 10))
    #expect(signer.facts(at: start.adding(seconds: 10)).count == 1)
    folder.write("k.pem", String(decoding: pem(4), as: UTF8.self))
    let now = start.adding(seconds: 20)
    try signer.reload([audience], at: now)
    let new = try #require(signer.sign(claims(for: "room", at: now), at: now))
    #expect(signer.verify(old, at: now) != nil && signer.verify(new, at: now) != nil)
    #expect(signer.publicKeys(at: now).count == 2)
    #expect(signer.verify(old, at: now.adding(seconds: 3600)) == nil)
    // A mistake changes nothing.
    folder.write("k.pem", "no key")
    #expect(throws: SigningKeyFault.self) { try signer.reload([audience, galene], at: now) }
    #expect(signer.verify(new, at: now) != nil)
    #expect(signer.sign(claims(for: "g/1", at: now), at: now) == nil)
  }

  @Test(arguments: [0o644, 0o604, 0o620, 0o602, 0o660, 0o640, 0o600, 0o400] as [mode_t])
  func `a key that others could read or change is refused`(mode: mode_t) throws {
    let folder = try KeyFolder()
    let path = folder.write("k.pem", String(decoding: pem(3), as: UTF8.self), mode: mode)
    let isSafe = [0o640, 0o600, 0o400].contains(mode)
    let isTaken = (try? SigningKeyFile.check(path, for: .anteroom)) != nil
    #expect(isTaken == isSafe)
  }

  @Test(.enabled(if: geteuid() == 0, "only root may give a file away"))
  func `a key of somebody else is refused, and so is a link, a folder and nothing`() throws {
    let folder = try KeyFolder()
    let path = folder.write("k.pem", String(decoding: pem(3), as: UTF8.self))
    #expect(unsafe chown(path, 60_001, 0) == 0)
    #expect(unsafe symlink(path, folder.path + "/link") == 0)
    for (name, word) in [("k.pem", "uid 60001"), ("link", "symbolic"), (".", "regular"), ("none", "cannot be read")] {
      let fault = #expect(throws: SigningKeyFile.Fault.self) {
        try SigningKeyFile.check("\(folder.path)/\(name)", for: .anteroom)
      }
      #expect(fault?.description.contains(word) == true, "\(name): \(String(describing: fault))")
    }
  }

  @Test func `a key of the wrong kind is refused`() throws {
    let folder = try KeyFolder()
    let ec = folder.write("ec.pem", String(decoding: pem(3), as: UTF8.self))
    let jitsi = Dialect.jitsi(JitsiDialect(algorithm: .rs256, issuer: "a", domain: "d", audience: "j"))
    for (path, dialect) in [
      (ec, jitsi), (ec, livekit.dialect), (folder.write("short", "tooshort"), livekit.dialect),
      (folder.write("spaces", String(repeating: "a b", count: 20)), livekit.dialect),
      (folder.write("lines", String(repeating: "a", count: 40) + "\n\n"), livekit.dialect),
      (folder.write("text", "hello"), .anteroom), (folder.write("empty", ""), .anteroom),
    ] { #expect(throws: SigningKeyFile.Fault.self) { try SigningKeyFile.check(path, for: dialect) } }
    try SigningKeyFile.check(ec, for: .anteroom)
    try SigningKeyFile.check(folder.write("long", String(repeating: "a", count: 32) + "\n"), for: livekit.dialect)
  }

  @Test func `TURN's credential is coturn's`() throws {
    let folder = try KeyFolder()
    let path = folder.write("turn", "north-of-the-river\n")
    let turn = try TurnCredentials(
      TurnServers(uris: ["turn:turn.example.org"], secretFile: path, seconds: 600))
    let credential = try #require(turn.credential(for: join, at: Instant(milliseconds: 1_700_000_000_999)))
    #expect(credential.username == "1700000600:\(join.text)")
    #expect(credential.expiresAt == Instant(seconds: 1_700_000_600))
    #expect(credential.credential.utf8.count == 28 && credential.credential.hasSuffix("="))
    turn.replace(nil)
    #expect(turn.credential(for: join, at: start) == nil)
  }

  private func pem(_ seed: UInt64) -> [UInt8] {
    plain(SigningKeyFile.newContents(.es256, randomness: SeededRandomness(seed)))
  }
}
