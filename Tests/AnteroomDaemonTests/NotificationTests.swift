import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import Foundation
import Testing

/// What an account's owner is told.
@Suite struct NotificationTests {
  private static func items(_ person: Person, _ query: String) async throws -> [[String: Any]] {
    let token = try await person.session().token
    let page = await person.ask("GET", "/v1/accounts/me/notifications" + query, token: token)
    #expect(page.status == 200)
    return page.json["items"] as? [[String: Any]] ?? []
  }

  private static func tell(_ person: Person, _ events: NotificationEvent...) async throws {
    let account = person.id
    try await person.site.composition.store.write { tx throws(StorageFault) in
      for event in events { try tx.notify(event, of: account, detail: [("frontend", "web")]) }
    }
  }

  @Test func `a list is newest first, and what comes after a number oldest first`() async throws {
    try await Person.meet { person in
      try await Self.tell(person, .signedIn, .secondFactorAdded, .recoveryCodesReplaced)
      let list = try await Self.items(person, "")
      #expect(
        list.map { $0["event"] as? String } == ["recovery_codes_replaced", "second_factor_added", "sign_in"])
      let last = try #require(list.last?["number"] as? Int)
      let news = try await Self.items(person, "?after=\(last)")
      #expect(news.map { $0["event"] as? String } == ["second_factor_added", "recovery_codes_replaced"])
      #expect((news.first?["detail"] as? [String: Any])?["frontend"] as? String == "web")
      let limited = try await Self.items(person, "?after=\(last)&limit=1")
      #expect(limited.map { $0["event"] as? String } == ["second_factor_added"])
      let first = try await Self.items(person, "?limit=2")
      #expect(first.count == 2)
    }
  }

  @Test func `a failure soon after another is counted with it, and one later is another`() async throws {
    try await Person.meet { person in
      for _ in 0..<3 {
        try await Self.tell(person, .signInFailed, .signInFailed)
        person.site.clock.advance(seconds: 1500)
      }
      let list = try await Self.items(person, "")
      #expect(list.map { $0["count"] as? Int } == [6])
      person.site.clock.advance(seconds: AnteroomCore.Notification.addingSeconds)
      try await Self.tell(person, .signInFailed)
      let later = try await Self.items(person, "")
      #expect(later.map { $0["count"] as? Int } == [1, 6])
    }
  }

  @Test func `whoever waits is told when it happens, and nothing where nothing does`() async throws {
    try await Person.meet { person in
      let token = try await person.session().token
      let path = "/v1/accounts/me/notifications"
      let none = await person.ask("GET", path + "?after=0&wait=0", token: token)
      #expect((none.json["items"] as? [Any])?.isEmpty == true)
      async let waited = person.site.ask("GET", path + "?wait=30", bearer: token)
      try await Self.tell(person, .codeReplayed)
      let reply = await waited
      #expect(String(decoding: reply.body, as: UTF8.self).contains("code_replayed"))
    }
  }

  @Test(arguments: ["?after=x", "?wait=31", "?after=1&cursor=3", "?limit=0", "?after=-1"])
  func `what is no number of ours is refused`(query: String) async throws {
    try await Person.meet { person in
      let token = try await person.session().token
      let answer = await person.ask("GET", "/v1/accounts/me/notifications" + query, token: token)
      #expect(answer.status == 422)
    }
  }

  @Test func `an operator's disabling and enabling is told, and a session that ended reads nothing`() async throws {
    try await Person.meet { person in
      let token = try await person.session().token
      for disabled in [true, false] {
        let path = "/v1/accounts/\(person.id.text)"
        let answer = await person.ask("PATCH", path, #"{"disabled":\#(disabled)}"#, asOperator: true)
        #expect(answer.status == 200)
      }
      #expect(await person.ask("GET", "/v1/accounts/me/notifications", token: token).status == 401)
      let list = try await Self.items(person, "")
      #expect(list.map { $0["event"] as? String } == ["account_enabled", "account_disabled"])
    }
  }
}
