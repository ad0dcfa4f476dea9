import AnteroomCore
import Testing

/// Notices end to end: an agreement is to a text, and can be taken back.
@Suite struct ConsentTests {
  private static func notice(_ text: String, version: Int = 1) -> PolicyValue {
    .notices([Notice(id: "recording", version: version, purpose: "minutes", text: text, consent: true)])
  }

  private static let yes = #"{"id":"recording","version":1,"agreed":true}"#
  private static let no = #"{"id":"recording","version":1,"agreed":false}"#

  @Test func `an agreement is to the text that was shown, and to no other under the same version`() async throws {
    try await Door.open([.notices: Self.notice("This is recorded.")]) { door in
      let join = try await door.knock(#","notices":[\#(Self.yes)]"#)
      #expect(try await door.own(join.ticket)["grant"] != nil)
      try await door.change(.notices, to: Self.notice("This is recorded and sold."))
      let asked = try await door.own(join.ticket)
      #expect(asked["grant"] == nil)
      let notices = asked["notices"] as? [[String: Any]]
      #expect(notices?.first?["text"] as? String == "This is recorded and sold.")
      let answer = try await door.ask("POST", "/v1/joins/self/consents", ticket: join.ticket, Self.yes)
      #expect(answer.status == 200)
      #expect(answer.json["grant"] != nil)
      #expect(answer.json["notices"] == nil)
      let again = try await door.own(join.ticket)
      #expect(again["grant"] != nil)
    }
  }

  @Test func `who takes an agreement back takes it back for every text of that name`() async throws {
    try await Door.open([.notices: Self.notice("One.")]) { door in
      let join = try await door.knock(#","notices":[\#(Self.yes)]"#)
      try await door.change(.notices, to: Self.notice("Two."))
      _ = try await door.ask("POST", "/v1/joins/self/consents", ticket: join.ticket, Self.yes)
      let answer = try await door.ask("POST", "/v1/joins/self/consents", ticket: join.ticket, Self.no)
      #expect(answer.status == 200)
      #expect(answer.json["grant"] == nil)
      try await door.change(.notices, to: Self.notice("One."))
      #expect(try await door.own(join.ticket)["grant"] == nil)
      let record = try await door.ask("GET", "/v1/joins/self/record", ticket: join.ticket).json
      let receipts = record["consents"] as? [[String: Any]] ?? []
      #expect(receipts.count == 2)
      for receipt in receipts {
        #expect(receipt["agreed"] as? Bool == false)
        #expect(receipt["withdrawn_at"] != nil)
      }
      let hashes = Set(receipts.compactMap { $0["text_sha256"] as? String })
      // SHA-256 of `One.`, by coreutils.
      #expect(hashes.count == 2 && hashes.contains(ConsentTests.hashOfOne))
    }
  }

  private static let hashOfOne = "70277bfc409b502132d7a48b2a3b386294264b31f7bf024a5fb0cafabb8ac122"

  @Test(arguments: [
    (#"{"id":"recording","version":2,"agreed":true}"#, 409), (#"{"id":"other","version":1,"agreed":true}"#, 409),
    (#"{"id":"recording","version":1}"#, 422), (#"{"id":"recording","version":1,"agreed":"yes"}"#, 422),
    (#"{"id":"recording","agreed":true}"#, 422),
  ])
  func `what is about no notice in force, or says nothing outright, is refused`(body: String, status: Int) async throws
  {
    try await Door.open([.notices: Self.notice("This is recorded.")]) { door in
      let join = try await door.knock(#","notices":[\#(Self.yes)]"#)
      #expect(try await door.ask("POST", "/v1/joins/self/consents", ticket: join.ticket, body).status == status)
      #expect(try await door.own(join.ticket)["grant"] != nil)
    }
  }

  @Test func `hosts and the joiner hear of a change, and not of the same again`() async throws {
    try await Door.open([.notices: Self.notice("This is recorded.")]) { door in
      let join = try await door.knock(#","notices":[\#(Self.yes)]"#)
      for body in [Self.yes, Self.no, Self.no, Self.yes] {
        _ = try await door.ask("POST", "/v1/joins/self/consents", ticket: join.ticket, body)
      }
      let hosts = try await door.ask("GET", Door.path + "/events?after=0", asOperator: true).json
      let own = try await door.ask("GET", "/v1/joins/self/events?after=0", ticket: join.ticket).json
      for page in [hosts, own] {
        let names = (page["events"] as? [[String: Any]] ?? []).compactMap { $0["event"] as? String }
        #expect(names.filter { $0 == "join.consent" }.count == 2, "\(names)")
      }
    }
  }
}
