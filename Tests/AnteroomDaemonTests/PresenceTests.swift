import AnteroomCore
import Testing

/// What hosts see of who is there and who was.
@Suite struct PresenceTests {
  private static func isAway(_ door: Door) async throws -> Bool? {
    let page = try await door.ask("GET", Door.path + "/joins", asOperator: true).json
    return (page["items"] as? [[String: Any]])?.first?["away"] as? Bool
  }

  @Test func `who waits and has not been heard of for a while is shown as away, and loses nothing by it`() async throws
  {
    try await Door.open([.waitingRoom: "everyone"]) { door in
      let join = try await door.knock()
      #expect(try await Self.isAway(door) == false)
      door.site.clock.advance(seconds: 46)
      #expect(try await Self.isAway(door) == true)
      let own = try await door.own(join.ticket)
      #expect((own["join"] as? [String: Any])?["state"] as? String == "waiting")
      #expect(try await Self.isAway(door) == false)
      door.site.clock.advance(seconds: 46)
      #expect(try await Self.isAway(door) == true)
      // The front end that watches for all of its joins is heard for each of them.
      _ = try await door.ask("GET", "/v1/events?after=0")
      #expect(try await Self.isAway(door) == false)
      door.site.clock.advance(seconds: 46)
      _ = try await door.ask("GET", "/v1/joins/self/events?after=0", ticket: join.ticket)
      #expect(try await Self.isAway(door) == false)
    }
  }

  @Test func `a stay is kept from coming in to going, and each look at it is recorded`() async throws {
    try await Door.open([.attendance: true]) { door in
      let join = try await door.knock()
      for step in ["present", "left", "present"] {
        door.site.clock.advance(seconds: 10)
        #expect(try await door.ask("POST", "/v1/joins/\(join.id)/\(step)").status == 200)
      }
      let page = try await door.ask("GET", Door.path + "/attendance", asOperator: true)
      let stays = page.json["items"] as? [[String: Any]] ?? []
      #expect(
        stays.map { $0["display_name"] as? String }
          == ["Xenia", "Xenia"].map { name in
            // Nobody looks at names here, so each has a suffix.
            "\(name) (\(join.id.suffix(4)))"
          })
      #expect(stays.first?["left_at"] != nil)
      #expect(stays.last?["left_at"] == nil)
      #expect(try await door.ask("GET", Door.path + "/attendance?occurrence=2", asOperator: true).status == 200)
      let shown = try await door.ask("GET", "/v1/audit?event=attendance.shown", asOperator: true).json
      #expect((shown["items"] as? [Any])?.count == 2)
      // What began is ended whatever the policy says by then, and not shown while it keeps none.
      try await door.change(.attendance, to: false)
      _ = try await door.ask("POST", "/v1/joins/\(join.id)/left")
      #expect(try await door.ask("GET", Door.path + "/attendance", asOperator: true).status == 409)
      let record = try await door.ask("GET", "/v1/joins/self/record", ticket: join.ticket).json
      let times = record["stays"] as? [[String: Any]] ?? []
      #expect(times.count == 2 && times.allSatisfy { $0["left_at"] != nil })
    }
  }

  @Test func `where the policy keeps none, none is written`() async throws {
    try await Door.open { door in
      let join = try await door.knock()
      #expect(try await door.ask("POST", "/v1/joins/\(join.id)/present").status == 200)
      try await door.change(.attendance, to: true)
      let page = try await door.ask("GET", Door.path + "/attendance", asOperator: true)
      #expect((page.json["items"] as? [Any])?.isEmpty == true)
    }
  }
}
