import AnteroomHTTP
import Glibc
import Testing

struct Exchange: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: String
  let body: String
  let keepsAlive: Bool
  var testDescription: String { name }

  static let all: [Exchange] = [
    Exchange(name: "GET", bytes: Hostile.get(""), body: "GET / 0", keepsAlive: true),
    Exchange(name: "a query", bytes: "GET /a?b=c HTTP/1.1\r\nhost:a\r\n\r\n", body: "GET /a?b=c 0", keepsAlive: true),
    Exchange(
      name: "a value in blanks", bytes: Hostile.get("X-SAY: \t b c \t\r\n"), body: "GET / 0 b c", keepsAlive: true),
    Exchange(
      name: "a body", bytes: Hostile.post("Content-Length: 3\r\n", "abc"), body: "POST / 3abc", keepsAlive: true),
    Exchange(
      name: "chunks", bytes: Hostile.post(Hostile.chunked, "1\r\na\r\n2;x=y\r\nbc\r\n0\r\nT: u\r\n\r\n"),
      body: "POST / 3abc", keepsAlive: true),
    Exchange(name: "no chunks", bytes: Hostile.post(Hostile.chunked, "0\r\n\r\n"), body: "POST / 0", keepsAlive: true),
    Exchange(name: "OPTIONS", bytes: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", body: "OPTIONS * 0", keepsAlive: true),
    Exchange(
      name: "an unknown method", bytes: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", body: "BREW / 0", keepsAlive: true),
    Exchange(
      name: "the absolute form", bytes: "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", body: "GET /b 0", keepsAlive: true
    ),
    Exchange(name: "an empty line first", bytes: "\r\n" + Hostile.get(""), body: "GET / 0", keepsAlive: true),
    Exchange(
      name: "Connection: close", bytes: Hostile.get("Connection: close\r\n"), body: "GET / 0", keepsAlive: false),
    Exchange(
      name: "close among others", bytes: Hostile.get("Connection: a , Close\r\n"), body: "GET / 0", keepsAlive: false),
    Exchange(name: "HTTP/1.0", bytes: "GET / HTTP/1.0\r\n\r\n", body: "GET / 0", keepsAlive: false),
    Exchange(
      name: "HTTP/1.0 kept alive", bytes: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", body: "GET / 0",
      keepsAlive: true),
  ]
}

@Suite(.serialized) struct ExchangeTests {
  @Test(arguments: Exchange.all)
  func `a request is answered, and its connection kept or closed as it asked`(exchange: Exchange) async throws {
    try await withServer { path, echo in
      let (answer, second) = try await blocking {
        let client = try RawClient(path)
        try client.send(exchange.bytes)
        let answer = try client.answer()
        guard exchange.keepsAlive else { return (answer, try client.isClosed() ? nil : 0) }
        try client.send(Hostile.get(""))
        return (answer, try client.answer().status)
      }
      #expect(answer.status == 200)
      #expect(answer.body == exchange.body)
      #expect(second == (exchange.keepsAlive ? 200 : nil))
      #expect(answer.has("Connection: close") == !exchange.keepsAlive)
      #expect(answer.has("Cache-Control: no-store"))
      #expect(answer.has("X-Content-Type-Options: nosniff"))
      #expect(!answer.head.contains("Server:"))
      #expect(echo.seen.uids == [getuid()])
    }
  }

  @Test(arguments: Exchange.all)
  func `it is the same when every byte comes by itself and the client then stops sending`(
    exchange: Exchange
  ) async throws {
    try await withServer { path, _ in
      let (answer, closed) = try await blocking {
        let client = try RawClient(path)
        for byte in Array(exchange.bytes.utf8) { try client.send([byte]) }
        client.finishSending()
        return (try client.answer(), try client.isClosed())
      }
      #expect(answer.body == exchange.body)
      #expect(closed)
    }
  }

  @Test func `HEAD gets the length and no body, 204 neither`() async throws {
    try await withServer { path, _ in
      let (head, empty) = try await blocking {
        let client = try RawClient(path)
        try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
        return (try client.answer(toHead: true), try client.answer())
      }
      #expect(head.status == 200)
      #expect(head.has("Content-Length: 8"))
      #expect(empty.status == 204)
      #expect(!empty.head.contains("Content-Length"))
      #expect(!empty.head.contains("Content-Type:"))
    }
  }

  @Test func `a value cannot end its header`() async throws {
    try await withServer { path, _ in
      let answer = try await blocking {
        let client = try RawClient(path)
        try client.send("GET /injection HTTP/1.1\r\nHost: a\r\n\r\n")
        return try client.answer()
      }
      #expect(answer.has("X-Name: aEvil: yes"))
    }
  }

  @Test func `a client that expects 100 is told to go on, once and only then`() async throws {
    try await withServer { path, _ in
      let statuses = try await blocking {
        let client = try RawClient(path)
        let fields = "Content-Length: 3\r\nExpect: 100-continue\r\n"
        try client.send(Hostile.post(fields))
        var statuses = [try client.answer().status]
        try client.send("abc")
        statuses.append(try client.answer().status)
        try client.send(Hostile.post(fields, "abc"))
        statuses.append(try client.answer().status)
        return statuses
      }
      #expect(statuses == [100, 200, 200])
    }
  }

  @Test func `requests sent ahead are answered in order, and a bad one after the good ones`() async throws {
    try await withServer { path, echo in
      let (bodies, last, closed) = try await blocking {
        let client = try RawClient(path)
        let many = (1...2000).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" }.joined()
        try client.send(many + "bad\r\n\r\n")
        let bodies = try (1...2000).map { _ in try client.answer().body }
        return (bodies, try client.answer().status, try client.isClosed())
      }
      #expect(bodies == (1...2000).map { "POST /\($0) 2ab" })
      #expect(last == 400)
      #expect(closed)
      #expect(echo.seen.answered == 2000)
    }
  }

  @Test func `a client that never reads its answers is not answered without end`() async throws {
    try await withServer { path, echo in
      let flooded = try await blocking {
        let client = try RawClient(path)
        var patience = timeval(tv_sec: 0, tv_usec: 300_000)
        unsafe setsockopt(
          client.number, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let many = String(repeating: "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", count: 1000)
        for _ in 0..<100 {
          do { try client.send(many) } catch { return true }
        }
        return false
      }
      #expect(flooded)
      #expect(echo.seen.answered < 5)
    }
  }

  @Test func `a body of exactly 64 KiB arrives whole, however it is cut`() async throws {
    try await withServer { path, _ in
      let bodies = try await blocking {
        let client = try RawClient(path)
        let text = String(repeating: "a", count: 65_536)
        try client.send(Hostile.post("Content-Length: 65536\r\n"))
        for start in stride(from: 0, to: 65_536, by: 4096) {
          try client.send(Array(text.utf8)[start..<(start + 4096)].map { $0 })
        }
        let one = try client.answer().body
        let half = "8000\r\n\(String(repeating: "b", count: 32_768))\r\n"
        try client.send(Hostile.post(Hostile.chunked, half + half + "0\r\n\r\n"))
        return [one, try client.answer().body]
      }
      #expect(bodies == ["POST / 65536", "POST / 65536"])
    }
  }

  @Test func `input that ends inside a request is refused, and without one just ends`() async throws {
    try await withServer { path, _ in
      let texts = try await blocking {
        try ["GET / HT", Hostile.post("Content-Length: 3\r\n", "a"), "", Hostile.post(Hostile.chunked, "1\r\n")].map {
          let client = try RawClient(path)
          try client.send($0)
          client.finishSending()
          return try client.rest()
        }
      }
      #expect(texts.map { $0.hasPrefix("HTTP/1.1 400 ") } == [true, true, false, true])
      #expect(texts[2].isEmpty)
    }
  }
}
