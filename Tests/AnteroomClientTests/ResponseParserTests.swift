import AnteroomClient
import Testing

@Suite struct ResponseParserTests {
  struct Expected: Sendable {
    let status: Int
    let body: String
    var keepsAlive = true
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Expected(status: 200, body: "hi")),
    ("HTTP/1.1 200\r\ncontent-length:2\r\n\r\nhi", Expected(status: 200, body: "hi")),
    ("HTTP/1.1 204 No Content\r\n\r\n", Expected(status: 204, body: "")),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", Expected(status: 201, body: "")),
    (
      "HTTP/1.1 200 OK\r\nConnection: CLOSE\r\nContent-Length: 1\r\n\r\nx",
      Expected(status: 200, body: "x", keepsAlive: false)
    ),
    ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", Expected(status: 200, body: "x", keepsAlive: false)),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
      Expected(status: 200, body: "abc0123456789")
    ),
  ])
  func `takes one answer, whole or byte by byte`(text: String, expected: Expected) throws {
    var whole = ResponseParser()
    try whole.feed(Array(text.utf8))
    let first = try whole.next()
    check(try #require(first), expected)
    let second = try whole.next()
    #expect(second == nil)

    var slow = ResponseParser()
    var answers: [Answer] = []
    for byte in text.utf8 {
      try slow.feed([byte])
      if let answer = try slow.next() { answers.append(answer) }
    }
    #expect(answers.count == 1)
    check(try #require(answers.first), expected)
  }

  @Test func `takes answers that arrive together one by one`() throws {
    var parser = ResponseParser()
    try parser.feed(
      Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nb".utf8))
    let statuses = [try parser.next()?.status, try parser.next()?.status, try parser.next()?.status]
    #expect(statuses == [200, 404, nil])
  }

  @Test func `an answer without a length ends with the stream`() throws {
    var parser = ResponseParser()
    try parser.feed(Array("HTTP/1.1 200 OK\r\n\r\nall of it".utf8))
    let early = try parser.next()
    #expect(early == nil)
    let last = parser.finish()
    let answer = try #require(last)
    #expect(String(decoding: answer.body, as: UTF8.self) == "all of it")
    #expect(!answer.keepsAlive)
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 99 No\r\n\r\n", "HTTP/1.1 2000 No\r\n\r\n",
    "HTTP/1.1 +20 No\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\n: empty\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\rB: c\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nab\r\n",
  ])
  func `refuses an answer that could be read in two ways`(text: String) {
    guard case .malformedAnswer? = fault(text) else {
      Issue.record("\(String(describing: fault(text)))")
      return
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000001\r\n",
    "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 40_000),
    "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 40_000) + "\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 16 * 1024 * 1024 + 1),
  ])
  func `refuses an answer above the ceilings before holding it`(text: String) {
    #expect(fault(text) == .answerTooLarge)
  }

  @Test func `finds a header in any case and without its blanks`() throws {
    var parser = ResponseParser()
    try parser.feed(Array("HTTP/1.1 200 OK\r\nREQUEST-ID: \t req_1 \r\nContent-Length: 0\r\n\r\n".utf8))
    let next = try parser.next()
    let answer = try #require(next)
    #expect(answer.requestID == "req_1")
    #expect(answer.header("request") == nil)
  }

  private func check(_ answer: Answer, _ expected: Expected) {
    #expect(answer.status == expected.status)
    #expect(String(decoding: answer.body, as: UTF8.self) == expected.body)
    #expect(answer.keepsAlive == expected.keepsAlive)
  }

  private func fault(_ text: String) -> ClientFault? {
    var parser = ResponseParser()
    do throws(ClientFault) {
      try parser.feed(Array(text.utf8))
      _ = try parser.next()
      return nil
    } catch {
      return error
    }
  }
}
