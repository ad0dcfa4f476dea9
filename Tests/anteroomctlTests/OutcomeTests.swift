import AnteroomClient
import Testing

@testable import anteroomctl

@Suite struct OutcomeTests {
  @Test(arguments: [
    (400, "malformed-json", Outcome.failed), (400, "malformed-request", .failed), (400, "browser-request", .failed),
    (401, "invalid-credentials", .denied), (401, "invalid-token", .denied), (403, "peer-not-allowed", .denied),
    (403, "permission-denied", .denied), (403, "not-host", .denied), (403, "second-factor-required", .denied),
    (403, "reauthentication-required", .denied), (403, "join-refused", .denied), (403, "passcode-required", .denied),
    (403, "meeting-ended", .denied), (403, "meeting-locked", .denied), (403, "meeting-full", .denied),
    (404, "not-found", .notFound), (405, "method-not-allowed", .failed), (408, "request-timeout", .failed),
    (409, "username-taken", .conflict), (409, "meeting-exists", .conflict), (409, "state-conflict", .conflict),
    (409, "idempotency-conflict", .conflict), (409, "grant-already-used", .conflict),
    (409, "grant-outdated", .conflict), (412, "stale", .conflict), (413, "body-too-large", .failed),
    (415, "unsupported-media-type", .failed), (422, "invalid-field", .failed), (422, "password-too-short", .failed),
    (422, "password-blocked", .failed), (422, "unprotected", .failed), (429, "too-many-attempts", .rateLimited),
    (431, "headers-too-large", .failed), (503, "busy", .overloaded), (503, "shutting-down", .overloaded),
    (503, "storage-unavailable", .failed), (507, "storage-full", .failed), (500, "", .failed), (404, "", .notFound),
    (403, "a-code-of-tomorrow", .denied),
  ])
  func `a refusal ends the program with the contract's code`(status: Int, code: String, expected: Outcome) {
    #expect(Outcome(Problem(status: status, code: code)) == expected)
  }

  @Test(arguments: [
    (ClientFault.noSocket(path: "/s"), Outcome.noDaemon), (.refused(path: "/s"), .noDaemon),
    (.notPermitted(path: "/s"), .denied), (.pathTooLong(path: "/s"), .usage),
    (.unreachable(path: "/s", errno: 5), .failed), (.timedOut, .failed), (.closed, .failed),
    (.malformedAnswer("x"), .failed), (.answerTooLarge, .failed), (.malformedRequest("x"), .usage),
  ])
  func `a fault ends the program with the contract's code`(fault: ClientFault, expected: Outcome) {
    #expect(Outcome(fault) == expected)
  }

  @Test func `the numbers are the contract's`() {
    #expect(Outcome.allCases.map(\.rawValue) == [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 64])
  }
}
