import AnteroomClient
import ArgumentParser
import Testing

@testable import anteroomctl

@Suite struct InviteListTests {
  @Test(arguments: [
    ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
    ("\u{FEFF}a\n\n\nb", [["a"], ["b"]]),
    ("\"a,\"\"b\"\"\nc\",d\n", [["a,\"b\"\nc", "d"]]), ("a,\n,b\n", [["a", ""], ["", "b"]]), ("", []), ("\"\"\n", []),
  ])
  func `comma-separated values are read by RFC 4180`(text: String, expected: [[String]]) throws {
    #expect(try CSV.read(text).map(\.fields) == expected)
  }

  @Test(arguments: [("a\"b\n", 1), ("a\n\"b\nc", 2), ("a\n\"b\"c\n", 2)])
  func `a quote out of place is refused with its line`(text: String, line: Int) {
    #expect(throws: CSV.Refusal.quote(line: line)) { try CSV.read(text) }
  }

  @Test(arguments: [
    (["a", "b"], "a,b"), (["a,b", "c\"d", "e\nf"], "\"a,b\",\"c\"\"d\",\"e\nf\""),
    (["=1+1", "@x", "-2", "+3"], "'=1+1,'@x,'-2,'+3"),
  ])
  func `a name becomes no formula in a spreadsheet`(fields: [String], expected: String) {
    #expect(CSV.line(fields) == expected)
  }

  @Test func `each line is an invite, and what is wrong with one is its own`() throws {
    let list = try InviteList(
      """
      display_name,label, uses ,bypass_waiting_room,role
      Ada Lovelace,math,3,yes,viewer
      Grace,,,,
      Bob,,many,,
      Eve,,,maybe,
      Zoë,,
      """, batch: "")
    #expect(list.lines.map(\.number) == [2, 3, 4, 5, 6])
    #expect(
      list.lines.map { try? $0.draft.get() } == [
        InviteDraft(label: "math", role: "viewer", uses: 3, bypassWaitingRoom: true, displayName: "Ada Lovelace"),
        InviteDraft(displayName: "Grace"), nil, nil, nil,
      ])
  }

  @Test(arguments: ["", "name,label\nx,y\n", "label,label\nx,y\n", "label\n\"x"])
  func `a list that cannot be read makes no invite`(text: String) {
    #expect(throws: InviteList.Mistake.self) { try InviteList(text, batch: "") }
  }

  @Test func `a line keeps its key whatever stands around it, and like lines have their own`() throws {
    let first = try InviteList("label\na\nb\nb\n", batch: "").lines.map(\.key)
    let second = try InviteList("label\nb\nc\na\nb\n", batch: "").lines.map(\.key)
    #expect(Set(first).count == 3)
    #expect(second == [first[1], second[1], first[0], first[2]])
    #expect(Set(first).isDisjoint(with: try InviteList("label\na\nb\nb\n", batch: "x").lines.map(\.key)))
    #expect(first.allSatisfy { (1...64).contains($0.utf8.count) })
  }

  private func text(_ body: WipedBytes) -> String {
    body.withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
  }

  @Test func `a change holds what was said and nothing else`() throws {
    let edit = try #require(
      try Anteroomctl.parseAsRoot([
        "meeting", "edit", "m", "--title", "T", "--policy", "capacity=5", "--opens-at", "none", "--closes-at",
        "2026-11-23T09:00:00Z", "--no-cohosts",
      ]) as? MeetingEdit)
    #expect(
      text(edit.body(host: nil, cohosts: []))
        == #"{"title":"T","policy":{"capacity":5},"opens_at":null,"closes_at":"2026-11-23T09:00:00Z","cohosts":[]}"#)
  }

  @Test(arguments: [
    ([], #"{"display_name":"Somebody","passcode":null}"#),
    (
      ["--passcode", "wrong", "--client-kind", "bot", "--display-name", "Scribe"],
      #"{"display_name":"Scribe","passcode":"wrong","client":{"kind":"bot"}}"#
    ),
    (["--invite", "inv_1"], #"{"passcode":null,"invite":"inv_1"}"#),
  ])
  func `what is simulated holds no secret`(options: [String], expected: String) throws {
    let simulate = try #require(
      try Anteroomctl.parseAsRoot(["meeting", "simulate", "m"] + options) as? MeetingSimulate)
    #expect(text(simulate.body(account: nil)) == expected)
  }

  @Test func `a trace is a table`() {
    let value = WatchSamples.json(
      """
      {"outcome":"wait","required":["passcode"],"trace":[{"gate":"exists","verdict":"pass"},\
      {"gate":"waiting_room","verdict":"wait","setting":"waiting_room","level":"profile","code":"admission"}]}
      """)
    #expect(
      MeetingSimulate.lines(value) == [
        "outcome:  wait", "required: passcode", "", "GATE          VERDICT  CODE       SETTING       LEVEL",
        "exists        pass     -          -             -", "waiting_room  wait     admission  waiting_room  profile",
      ])
  }

  @Test func `records show every field that any of them has`() {
    let items = [#"{"a":1,"b":{"c":"x"}}"#, #"{"a":2,"d":null}"#].map { WatchSamples.json($0) }
    let (columns, rows) = Records.table(items)
    #expect(columns == ["a", "b.c", "d"])
    #expect(rows == [["1", "x", "-"], ["2", "-", "-"]])
  }
}
