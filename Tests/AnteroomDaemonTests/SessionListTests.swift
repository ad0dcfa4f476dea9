import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Foundation
import Testing

/// One's sessions, seen and ended.
@Suite struct SessionListTests {
  private static func ids(_ person: Person, _ token: String, _ query: String = "") async -> [String] {
    let page = await person.ask("GET", "/v1/accounts/me/sessions" + query, token: token).json
    return (page["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
  }

  @Test(arguments: [1, 2, 3, 7, 200])
  func `pages hold each session once, also those of the same millisecond`(limit: Int) async throws {
    try await Person.meet { person in
      var made: [String] = []
      for count in [3, 1, 3] {
        for _ in 0..<count { made.append(try await person.session().id.text) }
        person.site.clock.advance(seconds: 1)
      }
      let token = try await person.session().token
      var seen: [String] = []
      var cursor: String? = nil
      repeat {
        let page = await person.ask(
          "GET", "/v1/accounts/me/sessions?limit=\(limit)" + (cursor.map { "&cursor=" + $0 } ?? ""), token: token)
        #expect(page.status == 200)
        seen += (page.json["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        cursor = page.json["next_cursor"] as? String
      } while cursor != nil
      #expect(seen.count == 8)
      #expect(Set(seen.prefix(3)) == Set(made.prefix(3)))
      #expect(seen.dropFirst(3).first == made[3])
      #expect(Set(seen.dropFirst(4).prefix(3)) == Set(made.suffix(3)))
    }
  }

  @Test func `the bearer's own is marked, and one that ended is not there`() async throws {
    try await Person.meet { person in
      _ = try await person.session()
      person.site.clock.advance(seconds: 3600)
      let own = try await person.session()
      let page = await person.ask("GET", "/v1/accounts/me/sessions", token: own.token).json
      let items = page["items"] as? [[String: Any]] ?? []
      #expect(items.count == 1)
      #expect(items.first?["id"] as? String == own.id.text)
      #expect(items.first?["current"] as? Bool == true)
    }
  }

  @Test func `signing out everywhere else leaves the session that asks, and an operator leaves none`() async throws {
    try await Person.meet { person in
      let own = try await person.session()
      let other = try await person.session()
      #expect(await person.ask("DELETE", "/v1/accounts/me/sessions", token: own.token).status == 204)
      #expect(await Self.ids(person, own.token) == [own.id.text])
      #expect(await person.ask("GET", "/v1/accounts/me", token: other.token).status == 401)
      let path = "/v1/accounts/\(person.id.text)/sessions"
      #expect(await person.ask("DELETE", path, asOperator: true).status == 204)
      #expect(await person.ask("GET", "/v1/accounts/me", token: own.token).status == 401)
    }
  }

  @Test func `one session is ended by its id, and nobody else's`() async throws {
    try await Person.meet { person in
      let own = try await person.session()
      let other = try await person.session()
      let path = "/v1/accounts/me/sessions/"
      #expect(await person.ask("DELETE", path + "sess_zzzzzzzzzzzzzzzzzzzzzzzzzz", token: own.token).status == 404)
      #expect(await person.ask("DELETE", path + "x", token: own.token).status == 404)
      let foreign = "/v1/accounts/acct_00000000000000000000000000/sessions/"
      #expect(await person.ask("DELETE", foreign + other.id.text, token: own.token).status == 403)
      #expect(await person.ask("DELETE", foreign + other.id.text, asOperator: true).status == 404)
      #expect(await Self.ids(person, own.token).count == 2)
      #expect(await person.ask("DELETE", path + other.id.text, token: own.token).status == 204)
      #expect(await person.ask("DELETE", path + own.id.text, token: own.token).status == 204)
      #expect(await person.ask("GET", "/v1/accounts/me", token: own.token).status == 401)
      let told = try await person.site.composition.store.read { s throws(StorageFault) in
        try s.notifications(of: person.id, after: 0, limit: 9).map(\.event)
      }
      // Ending the own one is signing out.
      #expect(told == [.sessionsRevoked])
    }
  }
}
