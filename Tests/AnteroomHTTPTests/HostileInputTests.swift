import AnteroomHTTP
import Testing

/// What reaches the server, and what comes of it.
struct Hostile: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: String
  let status: Int
  var closes = true

  var testDescription: String { name }

  static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }
  static func post(_ fields: String, _ body: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
  }
  static let chunked = "Transfer-Encoding: chunked\r\n"

  static let framing: [Hostile] = [
    Hostile(name: "both length headers", bytes: post("Content-Length: 3\r\n\(chunked)", "0\r\n\r\n"), status: 400),
    Hostile(name: "both, the other way", bytes: post("\(chunked)Content-Length: 3\r\n", "0\r\n\r\n"), status: 400),
    Hostile(name: "a repeated length", bytes: post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), status: 400),
    Hostile(name: "the same length twice", bytes: post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), status: 400),
    Hostile(name: "a list of lengths", bytes: post("Content-Length: 1, 1\r\n", "a"), status: 400),
    Hostile(name: "a signed length", bytes: post("Content-Length: +1\r\n", "a"), status: 400),
    Hostile(name: "a negative length", bytes: post("Content-Length: -1\r\n", "a"), status: 400),
    Hostile(name: "an empty length", bytes: post("Content-Length:\r\n"), status: 400),
    Hostile(name: "a hexadecimal length", bytes: post("Content-Length: 0x1\r\n", "a"), status: 400),
    Hostile(name: "a length beyond 64 bits", bytes: post("Content-Length: 99999999999999999999999\r\n"), status: 413),
    Hostile(name: "a length of one too many", bytes: post("Content-Length: 65537\r\n"), status: 413),
    Hostile(
      name: "too long a length with 100-continue", bytes: post("Content-Length: 65537\r\nExpect: 100-continue\r\n"),
      status: 413),
    Hostile(name: "an unknown coding", bytes: post("Transfer-Encoding: gzip\r\n"), status: 400),
    Hostile(name: "a coding before chunked", bytes: post("Transfer-Encoding: gzip, chunked\r\n"), status: 400),
    Hostile(name: "chunked twice", bytes: post("\(chunked)\(chunked)", "0\r\n\r\n"), status: 400),
    Hostile(name: "a coding with a tail", bytes: post("Transfer-Encoding: chunked;a=b\r\n"), status: 400),
    Hostile(name: "chunked in HTTP/1.0", bytes: "POST / HTTP/1.0\r\n\(chunked)\r\n0\r\n\r\n", status: 400),
    Hostile(name: "an open quote after a chunk's size", bytes: post(chunked, "1;a=\"\r\na\r\n0\r\n\r\n"), status: 400),
    Hostile(name: "a control character after a chunk's size", bytes: post(chunked, "0;a\u{1}\r\n\r\n"), status: 400),
    Hostile(name: "an extension without a name", bytes: post(chunked, "0;\r\n\r\n"), status: 400),
    Hostile(name: "a length after the body", bytes: post(chunked, "0\r\nContent-Length: 1\r\n\r\n"), status: 400),
    Hostile(name: "a coding after the body", bytes: post(chunked, "0\r\n\(chunked)\r\n"), status: 400),
    Hostile(name: "a close after the body", bytes: post(chunked, "0\r\nConnection: close\r\n\r\n"), status: 400),
    Hostile(name: "a space before the colon", bytes: post("Content-Length : 1\r\n", "a"), status: 400),
  ]

  static let lines: [Hostile] = [
    Hostile(name: "LF alone after the request line", bytes: "GET / HTTP/1.1\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "LF alone after a header", bytes: get("A: b\n"), status: 400),
    Hostile(name: "LF alone at the end", bytes: "GET / HTTP/1.1\r\nHost: a\r\n\n", status: 400),
    Hostile(name: "LF alone before the request", bytes: "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "CR alone in a value", bytes: get("A: b\rc\r\n"), status: 400),
    Hostile(name: "CR alone in the target", bytes: "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "two CR before a LF", bytes: get("A: b\r\r\n"), status: 400),
    Hostile(name: "a folded header", bytes: get("A: b\r\n c\r\n"), status: 400),
    Hostile(name: "a folded first header", bytes: "GET / HTTP/1.1\r\n Host: a\r\n\r\n", status: 400),
    Hostile(name: "NUL in a value", bytes: get("A: b\0c\r\n"), status: 400),
    Hostile(name: "NUL in a name", bytes: get("A\0: b\r\n"), status: 400),
    Hostile(name: "NUL in the target", bytes: "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a control character in a value", bytes: get("A: b\u{1}\r\n"), status: 400),
    Hostile(name: "a header without a colon", bytes: get("abc\r\n"), status: 400),
    Hostile(name: "a header without a name", bytes: get(": b\r\n"), status: 400),
    Hostile(name: "a name with a space", bytes: get("A b: c\r\n"), status: 400),
    Hostile(name: "two hosts", bytes: get("Host: b\r\n"), status: 400),
    Hostile(name: "empty lines without end", bytes: "\r\n\r\n\r\n", status: 400),
    Hostile(name: "two spaces", bytes: "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a lower-case method", bytes: "get / HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "no version", bytes: "GET /\r\n\r\n", status: 400),
    Hostile(name: "HTTP/2's preface", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 400),
    Hostile(name: "HTTP/1.2", bytes: "GET / HTTP/1.2\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a TLS greeting", bytes: "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0", status: 400),
    Hostile(name: "a target without a slash", bytes: "GET a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a fragment in the target", bytes: "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "CONNECT", bytes: "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "CONNECT to a path", bytes: "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a backslash in the authority", bytes: "GET http://a\\b/ HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "a user in the authority", bytes: "GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
    Hostile(name: "no authority", bytes: "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
  ]

  static let sizes: [Hostile] = [
    Hostile(
      name: "64 headers", bytes: get((1...63).map { "A\($0): b\r\n" }.joined()), status: 200, closes: false),
    Hostile(name: "65 headers", bytes: get((1...64).map { "A\($0): b\r\n" }.joined()), status: 431),
    Hostile(
      name: "8 KiB of headers", bytes: get("A: \(String(repeating: "b", count: 8192 - 9 - 5))\r\n"), status: 200,
      closes: false),
    Hostile(
      name: "a byte more", bytes: get("A: \(String(repeating: "b", count: 8192 - 9 - 4))\r\n"), status: 431),
    Hostile(
      name: "64 KiB in one value", bytes: get("User-Agent: \(String(repeating: "b", count: 65_536))\r\n"), status: 431),
    Hostile(name: "blanks before a value", bytes: get("A:\(String(repeating: " ", count: 9000))b\r\n"), status: 431),
    Hostile(
      name: "a header that never ends", bytes: "GET / HTTP/1.1\r\n" + String(repeating: "a", count: 9000), status: 431),
    Hostile(name: "an endless target", bytes: "GET /" + String(repeating: "a", count: 200_000), status: 431),
    Hostile(
      name: "200 kB of body", bytes: post("Content-Length: 200000\r\n", String(repeating: "a", count: 200_000)),
      status: 413),
    Hostile(
      name: "200 kB in chunks",
      bytes: post(chunked, String(repeating: "3e8\r\n\(String(repeating: "a", count: 1000))\r\n", count: 200)),
      status: 413),
    Hostile(name: "one chunk too large", bytes: post(chunked, "10001\r\n"), status: 413),
  ]

  static let chunks: [Hostile] = [
    Hostile(name: "a chunk size that is none", bytes: post(chunked, "x\r\n"), status: 400),
    Hostile(name: "an empty chunk size", bytes: post(chunked, "\r\n"), status: 400),
    Hostile(name: "a signed chunk size", bytes: post(chunked, "+1\r\na\r\n"), status: 400),
    Hostile(name: "a chunk size beyond 64 bits", bytes: post(chunked, "fffffffffffffffff\r\n"), status: 400),
    Hostile(name: "a blank after a chunk size", bytes: post(chunked, "1 \r\na\r\n0\r\n\r\n"), status: 400),
    Hostile(name: "LF alone after a chunk size", bytes: post(chunked, "1\na\r\n0\r\n\r\n"), status: 400),
    Hostile(name: "a chunk longer than its size", bytes: post(chunked, "1\r\nab\r\n0\r\n\r\n"), status: 400),
    Hostile(name: "LF alone after a chunk", bytes: post(chunked, "1\r\na\n0\r\n\r\n"), status: 400),
    Hostile(name: "an endless extension", bytes: post(chunked, "1;" + String(repeating: "a", count: 300)), status: 400),
    Hostile(name: "a trailer that is none", bytes: post(chunked, "0\r\nabc\r\n\r\n"), status: 400),
    Hostile(
      name: "65 trailers", bytes: post(chunked, "0\r\n" + String(repeating: "a: b\r\n", count: 65) + "\r\n"),
      status: 431),
  ]
}

@Suite(.serialized) struct HostileInputTests {
  @Test(arguments: Hostile.framing + Hostile.lines + Hostile.sizes + Hostile.chunks)
  func `what is not a request within the limits is refused, and the connection closed`(hostile: Hostile) async throws {
    try await withServer { path, echo in
      let (answer, closed) = try await blocking {
        let client = try RawClient(path)
        try client.send(hostile.bytes)
        let answer = try client.answer()
        guard hostile.closes else { return (answer, false) }
        return (answer, try client.isClosed())
      }
      #expect(answer.status == hostile.status)
      #expect(closed == hostile.closes)
      #expect(answer.has("Connection: close") == hostile.closes)
      #expect(answer.head.contains("\r\nRequest-Id: req_"))
      #expect(echo.seen.answered == (hostile.closes ? 0 : 1))
    }
  }

  @Test(arguments: Hostile.framing + Hostile.lines + Hostile.chunks)
  func `it is the same when every byte comes by itself`(hostile: Hostile) async throws {
    try await withServer { path, _ in
      let status = try await blocking {
        let client = try RawClient(path)
        for byte in Array(hostile.bytes.utf8) {
          // The refusal may come before the last byte is sent.
          do { try client.send([byte]) } catch { break }
        }
        return try client.answer().status
      }
      #expect(status == hostile.status)
    }
  }

  @Test func `a header that is not UTF-8 is refused`() async throws {
    try await withServer { path, _ in
      let status = try await blocking {
        let client = try RawClient(path)
        try client.send(Array("GET / HTTP/1.1\r\nHost: a\r\nA: ".utf8) + [0xC3, 0x28] + Array("\r\n\r\n".utf8))
        return try client.answer().status
      }
      #expect(status == 400)
    }
  }
}
