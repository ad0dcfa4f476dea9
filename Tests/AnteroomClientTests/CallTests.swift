import AnteroomClient
import Testing

@Suite struct CallTests {
  @Test func `a call is written once, with its length and its bearer`() throws {
    let call = Call("POST", "/v1/x", body: WipedBytes("{}"), bearer: WipedBytes("tok"))
    let text = String(decoding: try call.bytes(), as: UTF8.self)
    #expect(
      text == "POST /v1/x HTTP/1.1\r\nHost: anteroom\r\nAuthorization: Bearer tok\r\n"
        + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
  }

  @Test(arguments: [
    ("GET", "Host: anteroom\r\n\r\n"), ("DELETE", "Host: anteroom\r\n\r\n"),
    ("POST", "Host: anteroom\r\nContent-Length: 0\r\n\r\n"),
  ])
  func `a call without a body says so where one could be`(method: String, end: String) throws {
    #expect(String(decoding: try Call(method, "/").bytes(), as: UTF8.self) == "\(method) / HTTP/1.1\r\n" + end)
  }

  @Test(arguments: [
    Call("GET ", "/"), Call("get", "/"), Call("", "/"), Call("GET", ""), Call("GET", "v1"), Call("GET", "/a b"),
    Call("GET", "/\r\nX: y"), Call("GET", "/é"), Call("GET", "/", bearer: WipedBytes("")),
    Call("GET", "/", bearer: WipedBytes("a\r\nX: y")), Call("GET", "/", bearer: WipedBytes("a b")),
  ])
  func `what would begin another line is not sent`(call: Call) {
    #expect(throws: ClientFault.self) { try call.bytes() }
  }

  @Test(arguments: [
    ("a/b", "/v1/x/a%2Fb"), ("..", "/v1/x/%2E%2E"), (".", "/v1/x/%2E"), ("a.b", "/v1/x/a.b"),
    ("é?#", "/v1/x/%C3%A9%3F%23"),
  ])
  func `a segment stays one segment`(segment: String, expected: String) {
    #expect(Target("x", segment).text == expected)
  }

  @Test func `a query holds what was given and nothing else`() {
    #expect(Target("x").query("a", String?.none).query("b", "1&c=2").query("d", 3).text == "/v1/x?b=1%26c%3D2&d=3")
  }

  @Test(arguments: [
    (
      #"{"code":"busy","title":"T","detail":"D","pointer":"/a","retry_after":3,"required":["passcode"]}"#,
      Problem(
        status: 503, code: "busy", title: "T", detail: "D", pointer: "/a", retryAfter: 3, required: ["passcode"],
        requestID: "req_1")
    ),
    ("<html>", Problem(status: 503, code: "", retryAfter: 7, requestID: "req_1")),
    (#"{"code":5,"detail":["x"]}"#, Problem(status: 503, code: "", retryAfter: 7, requestID: "req_1")),
  ])
  func `a refusal is read as far as it goes`(body: String, expected: Problem) {
    let answer = Answer(
      status: 503, head: Array("HTTP/1.1 503 No\r\nRetry-After: 7\r\nRequest-Id: req_1".utf8), body: Array(body.utf8),
      keepsAlive: true)
    #expect(Problem(answer) == expected)
  }
}
