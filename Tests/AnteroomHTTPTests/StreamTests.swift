import AnteroomHTTP
import Testing

@Suite struct StreamTests {
  @Test(arguments: [0, 1, 3])
  func `a body that goes on comes in chunks, and the connection serves the next request`(parts: Int) async throws {
    try await withServer { path, _ in
      let text = try await blocking {
        let client = try RawClient(path)
        try client.send(
          "GET /stream/\(parts) HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return try client.rest()
      }
      let answers = text.split(separator: "HTTP/1.1 ")
      #expect(answers.count == 2)
      let chunks = (0..<parts).map { "7\r\npart \($0)\n\r\n" }.joined() + "0\r\n\r\n"
      let stream = try #require(answers.first)
      #expect(stream.contains("\r\nTransfer-Encoding: chunked\r\n"))
      #expect(stream.contains("\r\nContent-Type: text/event-stream\r\n"))
      #expect(stream.contains("\r\nRequest-Id: req_"))
      #expect(!stream.lowercased().contains("content-length"))
      #expect(stream.hasSuffix("\r\n\r\n" + chunks))
      #expect(answers.last?.hasSuffix("GET /x 0") == true)
    }
  }

  @Test func `to HTTP 1.0 it ends with the connection`() async throws {
    try await withServer { path, _ in
      let text = try await blocking {
        let client = try RawClient(path)
        try client.send("GET /stream/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        return try client.rest()
      }
      #expect(!text.contains("chunked"))
      #expect(text.contains("\r\nConnection: close\r\n"))
      #expect(text.hasSuffix("\r\n\r\npart 0\npart 1\n"))
    }
  }

  @Test func `a client that sends nothing more keeps its stream, one that is gone ends it`() async throws {
    try await withServer { path, echo in
      let client = try await blocking {
        let client = try RawClient(path)
        try client.send("GET /stream/open HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        return Held(client: client)
      }
      #expect(await eventually { echo.seen.streams == 1 })
      #expect(echo.seen.streamsEnded == 0)
      client.letGo()
      #expect(await eventually { echo.seen.streamsEnded == 1 })
    }
  }

  @Test func `a reader that takes nothing is cut off after its time, and the stream ends`() async throws {
    var limits = HTTPLimits()
    limits.streamStallTime = .milliseconds(200)
    try await withServer(limits: limits) { path, echo in
      let client = try await blocking {
        let client = try RawClient(path)
        try client.send("GET /stream/flood HTTP/1.1\r\nHost: a\r\n\r\n")
        return Held(client: client)
      }
      #expect(await eventually { echo.seen.streamsEnded == 1 })
      client.letGo()
    }
  }

  @Test func `what a client sends ahead of a stream's end waits for it`() async throws {
    try await withServer { path, echo in
      let client = try await blocking {
        let client = try RawClient(path)
        try client.send("GET /stream/open HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        return Held(client: client)
      }
      #expect(await eventually { echo.seen.streams == 1 })
      #expect(echo.seen.answered == 0)
      client.letGo()
    }
  }
}
