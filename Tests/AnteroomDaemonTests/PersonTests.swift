import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Foundation
import Testing

/// Somebody has everything that is held shown, and erased. Signed in by an issuer that is played: no hash is waited
/// for.
@Suite struct PersonTests {
  static let name = "marker-kestrel"
  static let shown = "Marker Peregrine"

  struct Person {
    let site: Site
    let path: String
    let issuer: PlayedIssuer
    let id: String
    let token: String

    func ask(
      _ method: String, _ target: String, _ body: String? = nil, as bearer: String? = nil, asOperator: Bool = false
    ) async throws -> (status: Int, json: [String: Any]) {
      let reply = await site.ask(method, target, on: asOperator ? .admin : .frontend, bearer: bearer, body: body)
      if reply.body.isEmpty { return (reply.status, [:]) }
      return (
        reply.status, try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
      )
    }

    /// Signs in anew.
    func signIn(sub: String = "248289761001", username: String = PersonTests.name) async throws -> String {
      let random = UUID().uuidString
      let token = try issuer.token(
        at: site.clock.now(), sub: sub, username: username,
        ["name": "\"\(PersonTests.shown)\"", "jti": "\"\(random)\"", "amr": "[\"mfa\"]"])
      let answer = try await FederatedSignInTests.signIn(token, site)
      #expect(answer.status == 201, "\(answer.json)")
      return try #require(answer.json["token"] as? String)
    }
  }

  static func with(_ body: (Person) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("person-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let site = try Site(path: path)
    let issuer = PlayedIssuer()
    site.composition.issuers.replace([try issuer.trusted()])
    let first = Person(site: site, path: path, issuer: issuer, id: "", token: "")
    let token = try await first.signIn()
    let me = try await first.ask("GET", "/v1/accounts/me", as: token)
    let id = try #require((me.json["account"] as? [String: Any])?["id"] as? String)
    let host = try await first.ask("PATCH", "/v1/accounts/\(id)", #"{"roles":["host"]}"#, asOperator: true)
    #expect(host.status == 200)
    try await body(Person(site: site, path: path, issuer: issuer, id: id, token: token))
    await site.close()
  }

  /// A meeting of the person's, with a guest and the person in it; the person's ticket.
  static func meet(_ person: Person) async throws -> (meeting: String, ticket: String) {
    let made = try await person.ask(
      "POST", "/v1/meetings", #"{"title":"\#(name) and friends","policy":{"passcode":"off","before_host":"allow"}}"#,
      as: person.token)
    #expect(made.status == 201, "\(made.json)")
    let id = try #require((made.json["meeting"] as? [String: Any])?["id"] as? String)
    let joined = try await person.ask(
      "POST", "/v1/meetings/\(id)/joins", #"{"display_name":"\#(shown)"}"#, as: person.token)
    #expect(joined.status == 201, "\(joined.json)")
    let guest = try await person.ask("POST", "/v1/meetings/\(id)/joins", #"{"display_name":"Somebody"}"#)
    #expect(guest.status == 201, "\(guest.json)")
    return (id, try #require(joined.json["ticket"] as? String))
  }

  static func bytes(at path: String) -> Data {
    ["", "-wal"].reduce(into: Data()) { all, end in
      all.append((try? Data(contentsOf: URL(filePath: path + end))) ?? Data())
    }
  }

  @Test func `whoever is erased is nowhere, and the audit still verifies`() async throws {
    try await PersonTests.with { person in
      let (meeting, ticket) = try await PersonTests.meet(person)
      #expect(PersonTests.bytes(at: person.path).range(of: Data(PersonTests.name.utf8)) != nil)
      #expect(try await person.ask("DELETE", "/v1/accounts/me", as: person.token).status == 204)
      for word in [PersonTests.name, PersonTests.shown, PersonTests.name.uppercased()] {
        #expect(PersonTests.bytes(at: person.path).range(of: Data(word.utf8)) == nil, "\(word)")
      }
      #expect(try await person.ask("GET", "/v1/accounts/me", as: person.token).status == 401)
      #expect(try await person.ask("GET", "/v1/joins/self", as: ticket).status == 401)
      #expect(try await person.ask("GET", "/v1/meetings/\(meeting)", asOperator: true).status == 404)
      #expect(try await person.ask("GET", "/v1/accounts/\(person.id)", asOperator: true).status == 404)
      let list = try await person.ask("GET", "/v1/accounts", asOperator: true)
      #expect((list.json["items"] as? [Any])?.isEmpty == true)
      let verified = try await person.ask("POST", "/v1/audit/verify", asOperator: true)
      #expect(verified.json["ok"] as? Bool == true)
      let audit = try await person.ask("GET", "/v1/audit?subject=\(person.id)&limit=200", asOperator: true)
      let items = try #require(audit.json["items"] as? [[String: Any]])
      #expect(items.contains { $0["event"] as? String == "account.erased" })
      #expect(items.allSatisfy { $0["personal"] == nil })
    }
  }

  @Test func `the name of somebody erased is nobody's again, and their issuer's word makes no second account`()
    async throws
  {
    try await PersonTests.with { person in
      #expect(try await person.ask("DELETE", "/v1/accounts/\(person.id)", asOperator: true).status == 204)
      for typed in [PersonTests.name, PersonTests.name.uppercased()] {
        let again = try await person.ask("POST", "/v1/accounts", #"{"username":"\#(typed)"}"#, asOperator: true)
        #expect(again.status == 409)
        #expect(again.json["code"] as? String == "username-taken")
      }
      let token = try person.issuer.token(at: person.site.clock.now(), username: PersonTests.name, ["jti": "\"x\""])
      #expect(try await FederatedSignInTests.signIn(token, person.site).status == 409)
      #expect(try await person.ask("DELETE", "/v1/accounts/\(person.id)", asOperator: true).status == 404)
    }
  }

  @Test func `an answer that named somebody erased is not given again`() async throws {
    try await PersonTests.with { person in
      let key: [(name: String, value: String)] = [("idempotency-key", "k")]
      func create() async throws -> (Int, [String: Any]) {
        let reply = await person.site.ask(
          "POST", "/v1/accounts", on: .admin, body: #"{"username":"nightingale"}"#, headers: key)
        return (
          reply.status, try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
        )
      }
      let (status, made) = try await create()
      #expect(status == 201)
      #expect(try await create().1["replayed"] as? Bool == true)
      let id = try #require((made["account"] as? [String: Any])?["id"] as? String)
      #expect(try await person.ask("DELETE", "/v1/accounts/\(id)", asOperator: true).status == 204)
      #expect(try await create().0 == 409)
    }
  }

  @Test(arguments: [("DELETE", ""), ("GET", "/export")])
  func `whoever showed everything more than five minutes ago has to show it again, and others have no say`(
    method: String, end: String
  ) async throws {
    try await PersonTests.with { person in
      let other = try await person.signIn(sub: "2", username: "other")
      #expect(try await person.ask(method, "/v1/accounts/\(person.id)\(end)", as: other).status == 403)
      #expect(try await person.ask(method, "/v1/accounts/\(person.id)\(end)").status == 401)
      person.site.clock.advance(seconds: 301)
      let late = try await person.ask(method, "/v1/accounts/me\(end)", as: person.token)
      #expect(late.status == 403)
      #expect(late.json["code"] as? String == "reauthentication-required")
      let anew = try await person.signIn()
      person.site.clock.advance(seconds: 300)
      #expect(try await person.ask(method, "/v1/accounts/me\(end)", as: anew).status < 300)
    }
  }

  @Test func `an export has everything that is held, and no secret`() async throws {
    try await PersonTests.with { person in
      let (meeting, ticket) = try await PersonTests.meet(person)
      let answer = try await person.ask("GET", "/v1/accounts/me/export", as: person.token)
      #expect(answer.status == 200)
      let data = answer.json
      #expect((data["account"] as? [String: Any])?["username"] as? String == PersonTests.name)
      #expect((data["sessions"] as? [Any])?.count == 1)
      #expect((data["known_devices"] as? [Any])?.count == 1)
      #expect((data["identities"] as? [[String: Any]])?.first?["issuer"] as? String == "school")
      #expect((data["meetings_hosted"] as? [[String: Any]])?.first?["id"] as? String == meeting)
      let joins = try #require(data["joins"] as? [[String: Any]])
      #expect(joins.count == 1)
      #expect(joins.first?["display_name"] as? String == PersonTests.shown)
      #expect((data["notifications"] as? [Any])?.isEmpty == false)
      #expect((data["cut"] as? [Any])?.isEmpty == true)
      let events = try #require(data["audit"] as? [[String: Any]]).compactMap { $0["event"] as? String }
      for event in ["account.created", "session.started", "meeting.created", "join.admitted", "account.exported"] {
        #expect(events.contains(event), "\(event)")
      }
      let created = try #require(data["audit"] as? [[String: Any]]).first {
        $0["event"] as? String == "account.created"
      }
      #expect((created?["personal"] as? [String: Any])?["username"] as? String == PersonTests.name)
      let text = String(decoding: try JSONSerialization.data(withJSONObject: data), as: UTF8.self)
      for secret in [person.token, ticket, "248289761001"] { #expect(!text.contains(secret)) }
    }
  }

  @Test func `ten thousand joins of one account hold nobody up for long`() async throws {
    try await PersonTests.with { person in
      let (meeting, _) = try await PersonTests.meet(person)
      let account = AccountID(known: person.id)
      let store = person.site.composition.store
      let made = try await store.read { snapshot throws(StorageFault) in try snapshot.joins(of: account, limit: 1) }
      let first = try #require(made.first)
      for batch in 0..<20 {
        try await store.write { tx throws(StorageFault) in
          for index in 0..<500 {
            var time = Instant(milliseconds: first.createdAt.milliseconds + Int64(batch * 500 + index))
            time = time.adding(seconds: 1)
            let join = Join(
              id: JoinID(at: time, random: [UInt8](repeating: UInt8(index % 251), count: 10)),
              meeting: MeetingID(known: meeting), frontEnd: first.frontEnd, audience: first.audience, state: .left,
              role: .host, joinerClass: .host, displayName: first.displayName, account: account, session: first.session,
              verified: true, publish: .nothing, occurrence: 1, clientKind: .person, createdAt: time, deadline: nil,
              waitingFor: nil, waitingSince: nil, unproven: false, message: nil)
            try tx.insert(
              join, ticketDigest: Digest([UInt8](repeating: 1, count: 32)), salt: [UInt8](repeating: 3, count: 16))
          }
        }
      }
      let begun = ContinuousClock.now
      #expect(try await person.ask("DELETE", "/v1/accounts/me", as: person.token).status == 204)
      let taken = ContinuousClock.now - begun
      // Some tenths of a second alone on a machine; anything that is not in step with the rows takes minutes.
      #expect(taken < .seconds(60), "\(taken)")
      #expect(PersonTests.bytes(at: person.path).range(of: Data(PersonTests.shown.utf8)) == nil)
    }
  }
}
