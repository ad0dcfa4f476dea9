import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import AnteroomSystem
import Foundation
import Testing

/// Sign-ins on a whole site: what is evaluated, what waits, what is refused and for how long.
@Suite(.serialized) struct BudgetTests {
  static let password = "correct horse battery"

  /// A site whose front end is believed on where people come from.
  struct House: Sendable {
    let site: Site

    func ask(
      _ method: String, _ target: String, _ body: String? = nil, asOperator: Bool = false
    ) async throws -> (status: Int, json: [String: Any], retryAfter: Int?) {
      let reply = await site.ask(method, target, on: asOperator ? .admin : .frontend, body: body)
      let json = try JSONSerialization.jsonObject(with: Data(reply.body.isEmpty ? Array("{}".utf8) : reply.body))
      let wait = reply.headers.first { $0.name.lowercased() == "retry-after" }.flatMap { Int($0.value) }
      return (reply.status, try #require(json as? [String: Any]), wait)
    }

    func signIn(
      _ name: String = "ada", _ password: String = BudgetTests.password, from ip: String = "192.0.2.1",
      device: String? = nil
    ) async throws -> (status: Int, json: [String: Any], retryAfter: Int?) {
      let known = device.map { #","known_device":"\#($0)""# } ?? ""
      return try await ask(
        "POST", "/v1/sessions",
        #"{"username":"\#(name)","password":"\#(password)","source":{"ip":"\#(ip)"\#(known)}}"#)
    }

    /// Statuses of many at once.
    func signIn(
      times count: Int, password: String, from ip: @escaping @Sendable (Int) -> String
    ) async throws -> [Int: Int] {
      try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<count {
          group.addTask { try await signIn("ada", password, from: ip(number)).status }
        }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
    }

    func lockouts(_ query: String = "") async throws -> [[String: Any]] {
      try #require(
        try await ask("GET", "/v1/lockouts" + query, asOperator: true).json["items"] as? [[String: Any]])
    }
  }

  static func open(
    source: Int = 50, account: Int = 100, ceiling: Int = 200_000, queueSeconds: Int = 120,
    _ body: (House) async throws -> Void
  ) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("budget-\(UUID().uuidString).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let house = House(
      site: try Site(path: path, budgetCeiling: ceiling) { configuration in
        configuration.limits.sourceFailures = source
        configuration.limits.accountFailures = account
        configuration.limits.sharedSources = Set(["198.51.100.1"].compactMap { SourcePrefix(address: $0) })
        configuration.passwords.queueSeconds = queueSeconds
        configuration.frontEnds = [
          Configuration.FrontEndEntry(
            uid: SystemUsers.ownUID,
            frontEnd: FrontEnd(
              name: "web", permissions: Set(Permission.allCases), audiences: ["default"], isBelievedOnSource: true,
              clientKind: nil, link: nil))
        ]
      })
    let made = try await house.ask(
      "POST", "/v1/accounts", #"{"username":"ada","password":"\#(password)"}"#, asOperator: true)
    #expect(made.status == 201, "\(made.json)")
    try await body(house)
    await house.site.close()
  }

  @Test func `of 200 wrong guesses at once on a budget of 10 no more than 10 are evaluated`() async throws {
    try await Self.open(account: 10) { house in
      let statuses = try await house.signIn(times: 200, password: "wrong horse battery") { "192.0.\($0).1" }
      #expect(statuses == [401: 10, 429: 190])
      let told = try await house.site.composition.store.read { snapshot throws(StorageFault) -> [NotificationEvent] in
        let ada = try snapshot.credentials(named: Username(known: "ada"))?.account.id
        guard let ada else { return [NotificationEvent]() }
        return try snapshot.notifications(of: ada, before: nil, limit: 50).items.map(\.event)
      }
      #expect(told.filter { $0 == .signInLocked }.count == 1)
    }
  }

  @Test(arguments: [0, 6])
  func `of many right sign-ins at once from one source none is refused, failures before or not`(
    failures: Int
  ) async throws {
    try await Self.open(source: 10, account: 10) { house in
      for _ in 0..<failures {
        _ = try await house.signIn("ada", "wrong horse battery")
        house.site.clock.advance(seconds: 16)
      }
      let statuses = try await house.signIn(times: 60, password: Self.password) { _ in "192.0.2.1" }
      #expect(statuses == [201: 60])
      let counted = try await house.lockouts("?all=true").map { $0["failures"] as? Int }
      #expect(counted.allSatisfy { $0 == failures })
    }
  }

  @Test func `a request whose client left leaves no reservation`() async throws {
    try await Self.open(source: 10, account: 10) { house in
      let left = (0..<20).map { _ in Task { try await house.signIn("ada", "wrong horse battery").status } }
      for task in left { task.cancel() }
      for task in left { _ = try await task.value }
      let open = try await house.lockouts("?all=true").map { $0["failures"] as? Int ?? 0 }
      // What was hashed all the same has failed; nothing stays undecided, so that a right one is not held up.
      #expect(open.allSatisfy { $0 <= 10 })
      house.site.clock.advance(seconds: 16)
      let status = try await house.signIn().status
      #expect(status == 201 || status == 429)
      house.site.clock.advance(seconds: 90_000)
      let statuses = try await house.signIn(times: 10, password: Self.password) { _ in "192.0.2.1" }
      #expect(statuses == [201: 10])
    }
  }

  @Test(arguments: ["account-source", "source", "strangers"])
  func `after as many seconds as Retry-After names another try is evaluated, and not one before`(
    kind: String
  ) async throws {
    try await Self.open(source: kind == "source" ? 8 : 50, account: kind == "strangers" ? 8 : 100) { house in
      let ip: @Sendable (Int) -> String = { kind == "strangers" ? "192.0.\($0).1" : "192.0.2.1" }
      let name: @Sendable (Int) -> String = { kind == "source" ? "nobody-\($0)" : "ada" }
      var number = 0
      var wait: Int?
      while wait == nil, number < 20 {
        wait = try await house.signIn(name(number), "wrong horse battery", from: ip(number)).retryAfter
        number += 1
      }
      let seconds = try #require(wait)
      let barred = try await house.lockouts().filter { $0["kind"] as? String == kind }
      #expect(barred.count == 1)
      if seconds > 1 { house.site.clock.advance(seconds: seconds - 1) }
      #expect(try await house.signIn("ada", from: ip(number)).status == 429)
      house.site.clock.advance(seconds: 1)
      #expect(try await house.signIn("ada", from: ip(number)).status == 201)
    }
  }

  @Test func `a known device signs in whatever strangers do, is renewed, and is void after ten failures in a row`()
    async throws
  {
    try await Self.open(source: 5, account: 5) { house in
      var device = try #require(try await house.signIn().json["known_device"] as? String)
      for number in 0..<8 { _ = try await house.signIn("ada", "wrong horse battery", from: "192.0.\(number).1") }
      #expect(try await house.signIn(from: "192.0.99.1").status == 429)
      for round in 0..<3 {
        for _ in 0..<9 {
          #expect(try await house.signIn("ada", "wrong horse battery", device: device).status == 401, "round \(round)")
          house.site.clock.advance(seconds: 16)
        }
        let again = try await house.signIn(device: device)
        #expect(again.status == 201)
        let renewed = try #require(again.json["known_device"] as? String)
        #expect(renewed != device)
        #expect(try await house.signIn(from: "192.0.99.1", device: device).status == 429)
        device = renewed
      }
      for _ in 0..<10 {
        #expect(try await house.signIn("ada", "wrong horse battery", device: device).status == 401)
        house.site.clock.advance(seconds: 16)
      }
      #expect(try await house.signIn(from: "192.0.99.1", device: device).status == 429)
    }
  }

  @Test func `an operator finds what is barred by name and by source, existing or not, and lifts it`() async throws {
    try await Self.open(account: 3) { house in
      for number in 0..<4 {
        for name in ["Ada", "nobody"] {
          _ = try await house.signIn(name, "wrong horse battery", from: "192.0.\(number).1")
        }
      }
      let all = try await house.lockouts()
      #expect(all.count == 2 && all.allSatisfy { $0["kind"] as? String == "strangers" })
      let ada = try #require(try await house.lockouts("?username=ada").first)
      #expect((ada["account"] as? [String: Any])?["username"] as? String == "ada")
      #expect(ada["failures"] as? Int == 3 && ada["limit"] as? Int == 3 && ada["until"] is String)
      let nobody = try #require(try await house.lockouts("?username=NOBODY").first)
      #expect(nobody["account"] == nil)
      #expect(try await house.lockouts("?username=somebody").isEmpty)
      #expect(try await house.lockouts("?all=true&source=192.0.1.1").count == 3)
      let page = try await house.ask("GET", "/v1/lockouts?all=true&limit=2", asOperator: true)
      let cursor = try #require(page.json["next_cursor"] as? String)
      let rest = try await house.lockouts("?all=true&limit=200&cursor=" + cursor)
      let whole = try await house.lockouts("?all=true")
      #expect(rest.count + 2 == whole.count)

      let id = try #require(ada["id"] as? String)
      #expect(try await house.ask("DELETE", "/v1/lockouts/" + id, asOperator: true).status == 204)
      #expect(try await house.ask("DELETE", "/v1/lockouts/" + id, asOperator: true).status == 404)
      #expect(try await house.ask("DELETE", "/v1/lockouts/" + id).status == 403)
      #expect(try await house.ask("DELETE", "/v1/lockouts/lock_x", asOperator: true).status == 404)
      #expect(try await house.signIn(from: "192.0.50.1").status == 201)
      #expect(try await house.signIn("nobody", from: "192.0.50.1").status == 429)
      let audit = try await house.ask("GET", "/v1/audit?event=lockout.cleared", asOperator: true)
      #expect((audit.json["items"] as? [Any])?.count == 1)
    }
  }

  @Test(arguments: ["limit=0", "cursor=x", "all=yes", "source=house", "account=ada", "name=ada"])
  func `a filter that says nothing is refused`(query: String) async throws {
    try await Self.open { house in
      let answer = try await house.ask("GET", "/v1/lockouts?" + query, asOperator: true)
      #expect(answer.status == 422)
    }
  }

  @Test func `a flood of invented names cannot wash away what is counted, and a table full of bars takes no newcomer`()
    async throws
  {
    try await Self.open(account: 3, ceiling: 80) { house in
      for number in 0..<3 { _ = try await house.signIn("ada", "wrong horse battery", from: "203.0.113.\(number)") }
      #expect(try await house.signIn(from: "203.0.113.9").status == 429)
      // One failure each, three rows each, in a table that has place for 40.
      for number in 0..<60 {
        #expect(try await house.signIn("x\(number)", "wrong horse battery", from: "192.0.\(number).1").status == 401)
      }
      #expect(try await house.lockouts("?all=true").count <= 43)
      #expect(try await house.signIn(from: "203.0.113.9").status == 429, "the bar was forgotten")
      // Now bars only: whoever has none and no device waits until one of them is over.
      let now = house.site.clock.now()
      try await house.site.composition.store.write { tx throws(StorageFault) in
        for number in 0..<60 {
          let spent = AttemptBudget(failures: 3, reserved: 0, windowStart: now, lastFailure: now)
          let key = Digest([UInt8(number)] + [UInt8](repeating: 9, count: 31))
          let rule = BudgetRule.window(limit: 3, seconds: 86_400)
          try tx.save(spent, of: BudgetBucket(kind: .strangers, key: key, rule: rule, name: nil, source: nil))
        }
      }
      let newcomer = try await house.signIn("newcomer", "wrong horse battery", from: "192.0.200.1")
      #expect(newcomer.status == 503 && newcomer.retryAfter != nil)
      #expect(try await house.signIn(from: "203.0.113.9").status == 429)
      house.site.clock.advance(seconds: 90_000)
      #expect(try await house.signIn("newcomer", "wrong horse battery", from: "192.0.200.1").status == 401)
      try await house.site.composition.sweep.tidy()
      #expect(try await house.lockouts("?all=true").count == 3)
    }
  }

  @Test func `from an address that many share one who guesses shuts nobody else out`() async throws {
    try await Self.open(source: 3, account: 100) { house in
      for number in 0..<20 {
        _ = try await house.signIn("pupil-\(number)", "wrong horse battery", from: "198.51.100.1")
      }
      #expect(try await house.signIn(from: "198.51.100.1").status == 201)
      for number in 0..<20 { _ = try await house.signIn("pupil-\(number)", "wrong horse battery") }
      #expect(try await house.signIn().status == 429)
    }
  }
}
