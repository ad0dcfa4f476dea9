import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Crypto
import Foundation
import Testing

/// `POST /v1/sessions/federated`, with an issuer that is played.
@Suite struct FederatedSignInTests {
  /// A site that trusts `issuer`.
  static func trusting(_ issuer: PlayedIssuer, _ body: (Site) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("issuer-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let site = try Site(path: path)
    site.composition.issuers.replace([try issuer.trusted()])
    try await body(site)
    await site.close()
  }

  static func signIn(_ token: String, _ site: Site) async throws -> (status: Int, json: [String: Any]) {
    let body = String(decoding: try JSONSerialization.data(withJSONObject: ["id_token": token]), as: UTF8.self)
    let reply = await site.ask("POST", "/v1/sessions/federated", body: body)
    let json = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
    return (reply.status, try #require(json))
  }

  static func session(_ json: [String: Any]) throws -> [String: Any] {
    try #require(json["session"] as? [String: Any])
  }

  static func account(_ json: [String: Any]) throws -> [String: Any] {
    try #require(try session(json)["account"] as? [String: Any])
  }

  typealias Making = @Sendable (PlayedIssuer, Instant) throws -> String

  struct Wrong: Sendable, CustomTestStringConvertible {
    let sentence: String
    let token: Making

    init(_ sentence: String, _ token: @escaping Making) {
      self.sentence = sentence
      self.token = token
    }

    /// Signed by the issuer with another header.
    init(_ sentence: String, header: String) {
      self.init(sentence) { issuer, now in
        try issuer.sign(header: header, payload: PlayedIssuer.object(issuer.members(at: now)))
      }
    }

    /// Signed by the issuer with other members.
    init(_ sentence: String, _ members: [String: String], without: [String] = []) {
      self.init(sentence) { issuer, now in
        var all = issuer.members(at: now).merging(members) { _, mine in mine }
        for name in without { all[name] = nil }
        return try issuer.sign(payload: PlayedIssuer.object(all))
      }
    }

    var testDescription: String { sentence }
  }

  static let headers = [
    Wrong("no algorithm", header: #"{"kid":"k1","typ":"JWT"}"#),
    Wrong("none", header: #"{"alg":"none","kid":"k1"}"#),
    Wrong("none in other letters", header: #"{"alg":"nOnE","kid":"k1"}"#),
    Wrong("a shared secret", header: #"{"alg":"HS256","kid":"k1"}"#),
    Wrong("another curve", header: #"{"alg":"ES384","kid":"k1"}"#),
    Wrong("another kind of key", header: #"{"alg":"RS256","kid":"k1"}"#),
    Wrong("an algorithm in small letters", header: #"{"alg":"es256","kid":"k1"}"#),
    Wrong("an unknown key", header: #"{"alg":"ES256","kid":"k2"}"#),
    Wrong("a key by a path", header: #"{"alg":"ES256","kid":"../k1"}"#),
    Wrong("a key by a number", header: #"{"alg":"ES256","kid":1}"#),
    Wrong("a key by a statement", header: #"{"alg":"ES256","kid":"k1' OR '1'='1"}"#),
    Wrong("an extension that has to be understood", header: #"{"alg":"ES256","kid":"k1","crit":["b64"],"b64":false}"#),
    Wrong("an empty list of extensions", header: #"{"alg":"ES256","kid":"k1","crit":[]}"#),
    Wrong("an access token", header: #"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#),
    Wrong("a grant of ours", header: #"{"alg":"ES256","kid":"k1","typ":"anteroom-grant+jwt"}"#),
    Wrong("a member twice", header: #"{"alg":"ES256","kid":"k1","alg":"ES256"}"#),
    Wrong("a member twice by an escape", header: #"{"alg":"ES256","kid":"k1","\u0061lg":"ES256"}"#),
    Wrong("a list for a header", header: #"["ES256"]"#),
  ]

  static let members = [
    Wrong("another issuer", ["iss": "\"https://login.example.com\""]),
    Wrong("a list of issuers", ["iss": "[\"https://login.example.org\"]"]),
    Wrong("another audience", ["aud": "\"other\""]),
    Wrong("an audience that is none", ["aud": "[\"anteroom\", 1]", "azp": "\"anteroom\""]),
    Wrong("several audiences", ["aud": "[\"anteroom\", \"other\"]"]),
    Wrong("made for another", ["azp": "\"other\""]),
    Wrong("made for a number", ["azp": "1"]),
    Wrong("no end", [:], without: ["exp"]),
    Wrong("an end that is a text", ["exp": "\"1800000300\""]),
    Wrong("an end that is past", ["exp": "1799999999"]),
    Wrong("an end beyond all calendars", ["exp": "9223372036854775807"]),
    Wrong("an end that has an exponent", ["exp": "18000003e2"]),
    Wrong("an end with a fraction within this second", ["exp": "1800000000.9"]),
    Wrong("no beginning", [:], without: ["iat"]),
    Wrong("an old one", ["iat": "1799999939"]),
    Wrong("an old one, with a fraction of the second that is too much", ["iat": "1799999939.9"]),
    Wrong("one from the future", ["iat": "1800000006"]),
    Wrong("one from before 1970", ["iat": "-1"]),
    Wrong("not good yet", ["nbf": "1800000060"]),
    Wrong("not good yet by a fraction", ["nbf": "1800000005.1"]),
    Wrong("a fraction before 1970", ["iat": "-0.5"]),
    Wrong("good from a text on", ["nbf": "\"now\""]),
    Wrong("nobody", ["sub": "\"\""]),
    Wrong("no subject", [:], without: ["sub"]),
    Wrong("a subject that is a number", ["sub": "248289761001"]),
    Wrong("a subject that is too long", ["sub": "\"" + String(repeating: "s", count: 256) + "\""]),
    Wrong("ways to sign in that are none", ["amr": "\"mfa\""]),
  ]

  static let forms = [
    Wrong("nothing") { _, _ in "" },
    Wrong("no signature") { issuer, now in try issuer.token(at: now).split(separator: ".")[..<2].joined(separator: ".")
    },
    Wrong("an empty signature") { issuer, now in
      try issuer.token(at: now).split(separator: ".")[..<2].joined(separator: ".") + "."
    },
    Wrong("four parts") { issuer, now in try issuer.token(at: now) + ".e30" },
    Wrong("five parts") { issuer, now in try issuer.token(at: now) + ".e30.e30" },
    Wrong("padding") { issuer, now in try issuer.token(at: now) + "==" },
    Wrong("a line's end") { issuer, now in try issuer.token(at: now) + "\n" },
    Wrong("a space in front") { issuer, now in " " + (try issuer.token(at: now)) },
    Wrong("bits left over in the signature") { issuer, now in
      // 64 bytes end in a character of which four bits say nothing.
      let token = try issuer.token(at: now)
      let last = try #require(token.utf8.last)
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
      let place = try #require(alphabet.firstIndex(of: last))
      return String(token.dropLast()) + String(decoding: [alphabet[place + 1]], as: UTF8.self)
    },
    Wrong("the other alphabet") { issuer, now in
      var token: String
      repeat { token = try issuer.token(at: now) } while !token.contains { $0 == "-" || $0 == "_" }
      return token.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    },
    Wrong("another payload under the same signature") { issuer, now in
      let parts = try issuer.token(at: now).split(separator: ".")
      let other = try issuer.token(at: now, sub: "1").split(separator: ".")
      return [parts[0], other[1], parts[2]].joined(separator: ".")
    },
    Wrong("another issuer's signature") { _, now in try PlayedIssuer().token(at: now) },
    Wrong("a key that it brings along") { issuer, now in
      let other = PlayedIssuer()
      let key = other.publicKey
      let header =
        #"{"alg":"ES256","kid":"k1","jwk":{"kty":"EC","crv":"P-256","x":"\#(key.x ?? "")","y":"\#(key.y ?? "")"}}"#
      return try other.sign(header: header, payload: PlayedIssuer.object(issuer.members(at: now)))
    },
    Wrong("the public key for a shared secret") { issuer, now in
      let input =
        Base64URL.text(Array(#"{"alg":"HS256","kid":"k1"}"#.utf8)) + "."
        + Base64URL.text(Array(PlayedIssuer.object(issuer.members(at: now)).utf8))
      let key = SymmetricKey(data: issuer.key.publicKey.x963Representation)
      let code = HMAC<SHA256>.authenticationCode(for: Data(input.utf8), using: key)
      return input + "." + Base64URL.text(Array(code))
    },
    Wrong("zeros for a signature (CVE-2022-21449)") { issuer, now in
      try issuer.token(at: now).split(separator: ".")[..<2].joined(separator: ".") + "."
        + Base64URL.text([UInt8](repeating: 0, count: 64))
    },
    Wrong("a payload that says something twice") { issuer, now in
      let payload = PlayedIssuer.object(issuer.members(at: now))
      return try issuer.sign(payload: String(payload.dropLast()) + #","sub":"1"}"#)
    },
    Wrong("a payload that goes on") { issuer, now in
      try issuer.sign(payload: PlayedIssuer.object(issuer.members(at: now)) + "{}")
    },
    Wrong("a payload that is deep") { issuer, now in
      let deep = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
      return try issuer.sign(payload: PlayedIssuer.object(issuer.members(at: now).merging(["x": deep]) { $1 }))
    },
    Wrong("more than 16 KiB") { issuer, now in
      try issuer.token(at: now, ["x": "\"" + String(repeating: "x", count: 12_288) + "\""])
    },
  ]

  @Test(arguments: headers + members + forms)
  func `whatever is wrong with a token, it is refused alike, and nobody gets an account by it`(wrong: Wrong)
    async throws
  {
    let issuer = PlayedIssuer()
    try await FederatedSignInTests.trusting(issuer) { site in
      let answer = try await FederatedSignInTests.signIn(wrong.token(issuer, site.clock.now()), site)
      #expect(answer.status == 401)
      #expect(answer.json["code"] as? String == "invalid-credentials")
      #expect(answer.json["detail"] as? String == "The credentials are not right.")
      // The house itself is in order: a right one is taken.
      let right = try await FederatedSignInTests.signIn(issuer.token(at: site.clock.now()), site)
      #expect(right.status == 201, "\(right.json)")
    }
  }

  @Test(arguments: [
    [:], ["aud": "[\"anteroom\"]"], ["aud": "[\"other\",\"anteroom\"]", "azp": "\"anteroom\""],
    ["nbf": "1799999999"], ["iat": "1799999940.9", "exp": "1800000001.5", "nbf": "1799999999.25"],
    ["amr": "[\"pwd\"]"], ["more": "{\"a\":[1.5,null]}"],
  ])
  func `a right token is taken, once, whichever of its signatures it shows`(members: [String: String]) async throws {
    let issuer = PlayedIssuer()
    try await FederatedSignInTests.trusting(issuer) { site in
      let token = try issuer.token(at: site.clock.now(), members)
      let first = try await FederatedSignInTests.signIn(token, site)
      #expect(first.status == 201, "\(first.json)")
      #expect(try FederatedSignInTests.session(first.json)["methods"] as? [String] == ["federated"])
      #expect(try FederatedSignInTests.account(first.json)["username"] as? String == "ada")
      #expect(try FederatedSignInTests.account(first.json)["display_name"] as? String == "Ada Lovelace")
      for again in [token, try PlayedIssuer.twin(of: token)] {
        #expect(try await FederatedSignInTests.signIn(again, site).status == 401)
      }
      site.clock.advance(seconds: 61)
      try await site.composition.sweep.tidy()
      #expect(try await FederatedSignInTests.signIn(token, site).status == 401)
    }
  }

  @Test func `many first tokens of one person make one account, and one token at many times one session`() async throws
  {
    let issuer = PlayedIssuer()
    try await FederatedSignInTests.trusting(issuer) { site in
      let now = site.clock.now()
      let tokens = try (0..<20).map { try issuer.token(at: now, ["jti": "\"\($0 / 2)\""]) }
      // Each input twice, signed twice.
      let answers = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
        for token in tokens {
          group.addTask {
            let answer = try await FederatedSignInTests.signIn(token, site)
            let id = answer.status == 201 ? try FederatedSignInTests.account(answer.json)["id"] as? String : nil
            return (answer.status, id)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.filter { $0.0 == 201 }.count == 10)
      #expect(Set(answers.compactMap(\.1)).count == 1)
    }
  }

  @Test func `a name that is somebody's is not taken over, and who shows the token is told`() async throws {
    let issuer = PlayedIssuer()
    try await FederatedSignInTests.trusting(issuer) { site in
      let now = site.clock.now()
      #expect(try await FederatedSignInTests.signIn(issuer.token(at: now), site).status == 201)
      let other = try await FederatedSignInTests.signIn(issuer.token(at: now, sub: "2", username: "ADA"), site)
      #expect(other.status == 409)
      #expect(other.json["code"] as? String == "username-taken")
      let none = try await FederatedSignInTests.signIn(issuer.token(at: now, sub: "3", username: "a b"), site)
      #expect(none.status == 422)
      #expect(none.json["code"] as? String == "username-not-allowed")
    }
  }

  @Test func `without provisioning only whom an operator bound comes in, and not for longer than that`() async throws {
    var issuer = PlayedIssuer()
    issuer.rule = IssuerRule(
      name: "school", issuer: issuer.rule.issuer, audience: "anteroom", usernameClaim: "preferred_username",
      provision: false, vouched: false, secondFactorMethods: ["mfa"])
    try await FederatedSignInTests.trusting(issuer) { [issuer] site in
      var count = 0
      func status() async throws -> Int {
        count += 1
        return try await FederatedSignInTests.signIn(
          issuer.token(at: site.clock.now(), username: "eve", ["jti": "\"\(count)\""]), site
        ).status
      }
      #expect(try await status() == 401)
      let made = await site.ask("POST", "/v1/accounts", on: .admin, body: #"{"username":"grace","roles":["host"]}"#)
      let json = try #require(try JSONSerialization.jsonObject(with: Data(made.body)) as? [String: Any])
      let id = try #require((json["account"] as? [String: Any])?["id"] as? String)
      let path = "/v1/accounts/\(id)/identities/school"
      #expect(await site.ask("PUT", path, on: .frontend, body: #"{"sub":"248289761001"}"#).status == 403)
      #expect(
        await site.ask("PUT", path + "s", on: .admin, body: #"{"sub":"248289761001"}"#).status == 404)
      #expect(await site.ask("PUT", path, on: .admin, body: #"{"sub":"248289761001"}"#).status == 204)
      let token = try issuer.token(at: site.clock.now(), username: "eve", ["amr": "[\"pwd\",\"mfa\"]"])
      let answer = try await FederatedSignInTests.signIn(token, site)
      #expect(answer.status == 201)
      #expect(try FederatedSignInTests.session(answer.json)["factors"] as? Int == 2)
      #expect(try FederatedSignInTests.account(answer.json)["username"] as? String == "grace")
      // Two factors are what a host needs; one is not.
      let bearer = try #require(answer.json["token"] as? String)
      #expect(await site.ask("GET", "/v1/accounts/me", bearer: bearer).status == 200)
      #expect(await site.ask("DELETE", path, on: .admin).status == 204)
      #expect(await site.ask("GET", "/v1/accounts/me", bearer: bearer).status == 401)
      #expect(try await FederatedSignInTests.signIn(token, site).status == 401)
      #expect(try await status() == 401)
    }
  }

  @Test func `an account of another is not bound twice, and a disabled one is shut`() async throws {
    let issuer = PlayedIssuer()
    try await FederatedSignInTests.trusting(issuer) { site in
      let now = site.clock.now()
      let answer = try await FederatedSignInTests.signIn(issuer.token(at: now), site)
      let id = try #require(try FederatedSignInTests.account(answer.json)["id"] as? String)
      let other = try await FederatedSignInTests.signIn(issuer.token(at: now, sub: "2", username: "bob"), site)
      let theirs = try #require(try FederatedSignInTests.account(other.json)["id"] as? String)
      let bound = await site.ask(
        "PUT", "/v1/accounts/\(theirs)/identities/school", on: .admin, body: #"{"sub":"248289761001"}"#)
      #expect(bound.status == 409)
      #expect(await site.ask("PATCH", "/v1/accounts/\(id)", on: .admin, body: #"{"disabled":true}"#).status == 200)
      let shut = try await FederatedSignInTests.signIn(issuer.token(at: now, ["jti": "\"2\""]), site)
      #expect(shut.status == 401)
    }
  }
}
