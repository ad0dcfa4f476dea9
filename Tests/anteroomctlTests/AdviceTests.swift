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
    let problem = Problem(status: 403, code: "not-host")
    #expect(Advice(socket: socket).failure("lock the meeting", problem, target: "/v1/meetings/a/lock").next == expected)
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
