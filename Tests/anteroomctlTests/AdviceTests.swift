import AnteroomClient
import Testing

@testable import anteroomctl

@Suite struct AdviceTests {
  private let problem = Problem(
    status: 429, code: "too-many-attempts", detail: "Too many wrong passwords.", retryAfter: 9, requestID: "req_1")

  @Test func `an error says what happened, why, and what to run next`() {
    let failure = Advice(socket: "/run/anteroom/admin.sock").failure("sign in", problem, target: "/v1/sessions")
    #expect(
      failure.lines == [
        "anteroomctl: could not sign in",
        "  why:  Too many wrong passwords. [too-many-attempts, request req_1]",
        "  next: wait 9 s, then run it again",
      ])
  }

  @Test(arguments: [
    ("/run/anteroom/admin.sock", "anteroomctl login"), ("/tmp/a.sock", "anteroomctl --socket /tmp/a.sock login"),
    ("/tmp/it's; rm", #"anteroomctl --socket '/tmp/it'\''s; rm' login"#),
  ])
  func `the next command reaches the same daemon and is safe to paste`(socket: String, expected: String) {
    let problem = Problem(status: 401, code: "invalid-token")
    #expect(Advice(socket: socket).failure("lock the meeting", problem, target: "/v1/meetings/a/lock").next == expected)
  }

  @Test(arguments: [
    (403, "not-host", "/v1/meetings", "account edit USERNAME --role host"),
    (403, "not-host", "/v1/meetings/a/lock", "meeting list"), (403, "not-host", "/v1/x", "login"),
    (409, "state-conflict", "/v1/meetings/a/attendance?limit=200", "meeting show a"),
    (409, "state-conflict", "/v1/meetings/a/joins/join_1/admit", "meeting waiting a"),
    (401, "invalid-credentials", "/v1/sessions", "account reset USERNAME"),
    (401, "invalid-credentials", "/v1/sessions/second-factor", "account totp-reset USERNAME"),
    (401, "invalid-credentials", "/v1/accounts/me/recovery-codes", "next code"),
    (401, "invalid-credentials", "/v1/accounts/me/password", "account reset USERNAME"),
    (409, "state-conflict", "/v1/accounts/me/totp", "account totp enrol"),
    (409, "state-conflict", "/v1/accounts/acct_1/totp", "account list"),
    (422, "password-too-short", "/v1/accounts/me/totp", "account passwd"),
    (422, "password-too-short", "/v1/accounts/me/password", "another password"),
    (409, "username-taken", "/v1/accounts", "account list"), (404, "not-found", "/v1/keys/rotate", "keys show"),
    (404, "not-found", "/v1/accounts/me/sessions/sess_1", "account sessions"),
    (404, "not-found", "/v1/accounts/acct_1/sessions/sess_1", "account sessions USERNAME"),
    (422, "username-not-allowed", "/v1/accounts", "anteroomctl account add --help"),
    (422, "a-code-of-tomorrow", "/v1/accounts", "anteroomctl account add --help"), (500, "", "/v1/accounts", "status"),
  ])
  func `every refusal names a way on that fits what was asked`(
    status: Int, code: String, target: String, words: String
  ) {
    let advice = Advice(socket: GlobalOptions.defaultSocket, words: "account add")
    let next = advice.failure("x", Problem(status: status, code: code), target: target).next
    #expect(next?.contains(words) == true, "\(next ?? "none")")
  }

  @Test(arguments: [
    (GlobalOptions.defaultSocket, true), ("/tmp/other.sock", false),
  ])
  func `who may not use the operators' socket is told of the other one`(path: String, isTold: Bool) {
    let next = Advice(socket: path).failure("x", ClientFault.notPermitted(path: path)).next
    #expect(next?.contains(GlobalOptions.frontEndSocket) == isTold)
  }

  @Test(arguments: [
    ("ada", "ada"), ("acct_aaaaaaaaaaaaaaaaaaaaaaaaaa", "USERNAME"), ("it's", #"'it'\''s'"#),
    ("--json", "-- --json"),
  ])
  func `a username is given as it can be typed`(reference: String, expected: String) {
    #expect(Advice(socket: "/s").username(reference) == expected)
  }

  @Test func `what the daemon says cannot steer the terminal`() {
    let problem = Problem(
      status: 422, code: "invalid-field", detail: "\u{1B}[2Jno", pointer: "/\u{202E}x", requestID: "\u{7}")
    let text = Advice(socket: "/s").failure("x", problem, target: "/").lines.joined()
    let raw = text.unicodeScalars.filter { $0.value < 0x20 || $0.value == 0x7F || $0.value == 0x202E }
    #expect(raw.isEmpty)
    #expect(text.contains("\\u{1B}[2Jno"))
  }

  @Test(arguments: [
    ClientFault.noSocket(path: "/s"), .refused(path: "/s"), .notPermitted(path: "/s"), .timedOut, .closed,
  ])
  func `a fault names a way on`(fault: ClientFault) {
    #expect(Advice(socket: "/s").failure("x", fault).next != nil)
  }
}
