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
