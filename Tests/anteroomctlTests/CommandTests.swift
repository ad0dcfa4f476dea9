import AnteroomClient
import ArgumentParser
import Testing

@testable import anteroomctl

@Suite struct CommandTests {
  @Test(arguments: [
    ["--socket", "/s", "account", "list", "--json"],
    ["account", "--help"].dropLast() + ["list", "--socket=/s", "--json"],
    ["--json", "--socket", "/x", "account", "list", "--socket", "/s"],
  ])
  func `global options stand before the noun or after the verb`(arguments: [String]) throws {
    let list = try #require(try Anteroomctl.parseAsRoot(arguments) as? AccountList)
    #expect(list.global.socket == "/s")
    #expect(list.global.json)
  }

  @Test(arguments: [
    ["frob"], ["account", "add"], ["audit", "tail", "--number", "0"], ["audit", "tail", "-n", "201"],
    ["meeting", "create", "--policy", "=3"], ["meeting", "create", "--policy", "a"],
    ["meeting", "create", "--policy", "a=1", "--policy", "a=2"], ["meeting", "create", "--policy", "a={"],
    ["meeting", "create", "--policy", "waiting_room=off", "--waiting-room", "off"],
    ["api", "GET", "/", "--body-stdin", "--bearer-stdin"], ["api", "GET", "/", "--body-stdin", "--input", "f"],
    ["api", "GET", "/", "--as-host", "--bearer-file", "f"], ["setup", "--scripted"],
    ["setup", "--username", "a", "--json"], ["login", "--credentials-stdin", "--username", "a"],
    ["login", "--password", "secret"], ["account", "set-password", "ada", "--password", "secret"],
    ["account", "sessions", "ada", "--revoke", "sess_1", "--revoke-all"], ["account", "totp-reset"],
    ["account", "totp", "remove", "--password", "secret"], ["account", "recovery-codes", "123456"],
    ["meeting", "admit", "m"], ["meeting", "admit", "m", "join_1", "--all"], ["meeting", "message", "m"],
    ["meeting", "remove", "m"], ["meeting", "send-back", "m"], ["meeting", "suspend"],
    ["meeting", "ban", "add", "m"], ["meeting", "ban", "add", "m", "--account", "a", "--join", "j"],
    ["meeting", "edit", "m"],
    ["meeting", "edit", "m", "--cohost", "a", "--no-cohosts"], ["meeting", "create", "--series", "--kind", "once"],
    ["meeting", "invite", "m", "--list", "--revoke", "i"], ["meeting", "invite", "m", "--from", "f", "--label", "x"],
    ["meeting", "invite", "m", "--batch", "x"], ["meeting", "simulate", "m", "--passcode", "secret"],
    ["meeting", "attendance", "m", "--csv", "--json"], ["meeting", "watch"],
    ["account", "edit", "ada"], ["account", "edit", "ada", "--role", "host", "--no-role"],
    ["account", "list", "--limit", "0"], ["meeting", "list", "--limit", "201"],
    ["audit", "tail", "--account", "ada", "--subject", "acct_1"],
  ])
  func `wrong usage is refused before anything is sent`(arguments: [String]) {
    do {
      _ = try Anteroomctl.parseAsRoot(arguments)
      Issue.record("accepted")
    } catch {
      #expect(Anteroomctl.exitCode(for: error).rawValue == Outcome.usage.rawValue)
    }
  }

  @Test(arguments: [
    ("capacity=12", JSONValue.number("12")), ("names=free", .string("free")), ("auto_lock=null", .null),
    ("attendance=true", .bool(true)), ("host_absence=lock_after:300", .string("lock_after:300")), ("a=", .string("")),
    ("a=b=c", .string("b=c")), ("publish_on_entry={\"audio\":true}", .object([.init("audio", .bool(true))])),
  ])
  func `a policy setting is JSON where it can be and text where not`(argument: String, expected: JSONValue) {
    #expect(PolicySetting(argument: argument)?.value == expected)
  }

  @Test(arguments: [
    (["account", "edit", "a", "--role", "host"], #"{"roles":["host"]}"#),
    (["account", "edit", "a", "--no-role", "--profile", "none"], #"{"roles":[],"profile":null}"#),
    (
      ["account", "edit", "a", "--profile", "clinic", "--display-name", "A"],
      #"{"display_name":"A","profile":"clinic"}"#
    ),
  ])
  func `an account's change holds what was said and nothing else`(arguments: [String], expected: String) throws {
    let edit = try #require(try Anteroomctl.parseAsRoot(arguments) as? AccountEdit)
    let text = edit.body().withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    #expect(text == expected)
  }

  @Test func `a command knows the words it is called by`() {
    #expect(Anteroomctl.words(of: AccountTOTPEnrol.self) == "account totp enrol")
    #expect(Anteroomctl.words(of: Anteroomctl.self) == nil)
  }

  @Test func `a policy is a table of settings and one of profiles`() throws {
    let value = #"""
      {"settings":[{"name":"phones","kind":"word","values":["as_guest","wait"]},
      {"name":"step_up","kind":"number-or","open":"never","minimum":60,"maximum":3600},
      {"name":"publish_on_entry","kind":"parts","parts":["audio","video"],"values":[true,false]}],
      "site":{"values":{"phones":"wait"},"floor":{"step_up":900}},
      "profiles":{"clinic":{"values":{"phones":"wait","step_up":60,"publish_on_entry":{"audio":true,"video":false}},
      "floor":{"phones":"wait"}}}}
      """#
    #expect(
      PolicyShow.lines(try JSONReader.read(Array(value.utf8))) == [
        "SETTING           FROM OPEN TO STRICT        SITE  FLOOR",
        "phones            as_guest, wait             wait  -",
        "step_up           never, 3600 to 60          -     900",
        "publish_on_entry  audio, video: true, false  -     -",
        "",
        "SETTING           clinic",
        "phones            wait (floor wait)",
        "step_up           60",
        "publish_on_entry  audio",
      ])
  }

  @Test func `a meeting is shown with each setting beside what decided it`() throws {
    let value = #"{"id":"m","policy":{"phones":"wait"},"provenance":{"phones":"site"},"state":"open"}"#
    let meeting = try JSONReader.read(Array(value.utf8))
    #expect(
      MeetingText.whole(meeting) == [
        "id:    m", "state: open", "", "SETTING  VALUE  DECIDED BY", "phones   wait   site",
      ])
    #expect(
      MeetingText.brief(meeting, and: [("passcode", .string("x"))]) == ["id:       m", "state:    open", "passcode: x"])
  }

  @Test func `a meeting's body holds what was said and nothing else`() throws {
    let create = try #require(
      try Anteroomctl.parseAsRoot([
        "meeting", "create", "--title", "A \"b\"", "--waiting-room", "everyone", "--policy", "capacity=5",
        "--passcode-kind", "words",
      ]) as? MeetingCreate)
    let text = create.body(host: nil).withBytes { span in
      String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
    #expect(
      text == #"{"title":"A \"b\"","policy":{"capacity":5,"waiting_room":"everyone"},"passcode":{"kind":"words"}}"#)
  }

  @Test(arguments: [
    (#"{"admitted":2,"skipped":[]}"#, ["admitted: 2"]),
    (
      #"{"admitted":0,"skipped":[{"join":"join_1","code":"sent-back"},{"join":"join_22","code":"bot"}]}"#,
      ["admitted: 0", "PASSED OVER  WHY        NAME", "join_1       sent-back  -", "join_22      bot        Ada"]
    ),
  ])
  func `who was passed over is said with the reason`(answer: String, lines: [String]) throws {
    #expect(MeetingAdmit.lines(try JSONReader.read(Array(answer.utf8)), names: ["join_22": "Ada"]) == lines)
  }

  @Test func `without a daemon the answer is 7, with the socket's path`() async throws {
    let status = try #require(
      try Anteroomctl.parseAsRoot(["--socket", "/tmp/anteroom-nobody.sock", "status"]) as? Status)
    let failure = await #expect(throws: Failure.self) { try await Context.run(status) }
    #expect(failure?.status == .noDaemon)
    #expect(failure?.why == "nothing is at /tmp/anteroom-nobody.sock")
  }

  @Test(arguments: [
    #"{"index":7,"time":"T","event":"e","actor":"a","subject":null,"request_id":"r","detail":{"n":1,"s":"x"}}"#
  ])
  func `an audit record is one line`(record: String) throws {
    #expect(AuditTail.line(try JSONReader.read(Array(record.utf8))) == "7  T  e  actor=a  request_id=r  n=1 s=x")
  }
}
