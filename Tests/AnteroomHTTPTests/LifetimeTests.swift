import AnteroomAPI
import AnteroomHTTP
import Glibc
import Testing

@Suite(.serialized) struct LifetimeTests {
  private static func quick(_ change: (inout HTTPLimits) -> Void = { _ in }) -> HTTPLimits {
    var limits = HTTPLimits()
    limits.headerTime = .milliseconds(150)
    limits.bodyTime = .milliseconds(250)
    limits.idleTime = .milliseconds(350)
    limits.lingerTime = .milliseconds(100)
    change(&limits)
    return limits
  }

  struct Slow: Sendable, CustomTestStringConvertible {
    let name: String
    let first: String
    /// Sent byte by byte, one every 20 ms: fifty in a second.
    let dripped: String
    let status: Int?
    let atLeast: Duration
    let atMost: Duration
    var testDescription: String { name }
  }

  @Test(arguments: [
    Slow(name: "nothing", first: "", dripped: "", status: 408, atLeast: .milliseconds(140), atMost: .seconds(15)),
    Slow(
      name: "a header", first: "GET / HTTP/1.1\r\nA: ", dripped: String(repeating: "b", count: 1000), status: 408,
      atLeast: .milliseconds(140), atMost: .seconds(15)),
    Slow(
      name: "a body", first: Hostile.post("Content-Length: 1000\r\n"), dripped: String(repeating: "b", count: 900),
      status: 408, atLeast: .milliseconds(240), atMost: .seconds(15)),
    Slow(
      name: "chunks", first: Hostile.post(Hostile.chunked), dripped: String(repeating: "1\r\na\r\n", count: 150),
      status: 408, atLeast: .milliseconds(240), atMost: .seconds(15)),
  ])
  func `a slow client is cut off at the deadline, however busily it drips`(slow: Slow) async throws {
    try await withServer(limits: LifetimeTests.quick()) { path, _ in
      let (status, closed, took) = try await blocking {
        let clock = ContinuousClock()
        let start = clock.now
        let client = try RawClient(path)
        try client.send(slow.first)
        for byte in Array(slow.dripped.utf8) {
          usleep(20_000)
          do { try client.send([byte]) } catch { break }
        }
        let status = try client.answer().status
        return (status, try client.isClosed(), clock.now - start)
      }
      #expect(status == slow.status)
      #expect(closed)
      #expect(took >= slow.atLeast)
      #expect(took <= slow.atMost)
    }
  }

  @Test func `a later request has its own header deadline, and a resting connection ends without a word`() async throws
  {
    let longRest = LifetimeTests.quick {
      $0.headerTime = .seconds(1)
      $0.idleTime = .seconds(60)
    }
    try await withServer(limits: longRest) { path, _ in
      let status = try await blocking {
        let slow = try RawClient(path)
        try slow.send(Hostile.get(""))
        _ = try slow.answer()
        // Longer than the header may take.
        usleep(1_200_000)
        try slow.send("GET / HTTP/1.1\r\n")
        return try slow.answer().status
      }
      #expect(status == 408)
    }
    try await withServer(limits: LifetimeTests.quick { $0.headerTime = .seconds(60) }) { path, _ in
      let silence = try await blocking {
        let resting = try RawClient(path)
        try resting.send(Hostile.get(""))
        _ = try resting.answer()
        return try resting.isClosed()
      }
      #expect(silence)
    }
  }

  @Test func `a client that leaves before its answer is noticed, its task cancelled`() async throws {
    try await withServer { path, echo in
      try await blocking {
        for _ in 0..<5 {
          let client = try RawClient(path)
          try client.send("GET /poll HTTP/1.1\r\nHost: a\r\n\r\n")
          usleep(50_000)
        }
      }
      #expect(await eventually { echo.seen.abandoned == 5 })
      #expect(echo.seen.cancelled == 5)
    }
  }

  @Test func `a client that has only finished sending is waited for`() async throws {
    try await withServer { path, echo in
      let client = try await blocking { () throws -> Held in
        let client = try RawClient(path)
        try client.send("GET /poll HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        usleep(150_000)
        return Held(client: client)
      }
      #expect(echo.seen.abandoned == 0)
      client.letGo()
      #expect(await eventually { echo.seen.abandoned == 1 })
    }
  }

  @Test func `a peer has so many connections and no more, and gets them back`() async throws {
    let limits = LifetimeTests.quick {
      $0.connectionsPerPeer = 4
      $0.headerTime = .seconds(60)
      $0.idleTime = .seconds(60)
    }
    try await withServer(limits: limits) { path, _ in
      for _ in 0..<3 {
        let (surplus, inside) = try await blocking {
          let clients = try (0..<4).map { _ in try RawClient(path) }
          for client in clients {
            try client.send(Hostile.get(""))
            _ = try client.answer()
          }
          let surplus = try RawClient(path)
          let refused = (try surplus.answer(), try surplus.isClosed())
          try clients[0].send(Hostile.get(""))
          return (refused, try clients[0].answer().status)
        }
        #expect(surplus.0.status == 503)
        #expect(surplus.1)
        #expect(inside == 200)
        let freed = await eventually {
          guard let client = try? RawClient(path), (try? client.send(Hostile.get(""))) != nil else { return false }
          return (try? client.answer().status) == 200
        }
        #expect(freed)
      }
    }
  }
}

/// Carries a client between threads, one after the other.
final class Held: @unchecked Sendable {
  private var client: RawClient?
  init(client: RawClient) { self.client = client }
  func letGo() { client = nil }
  func send(_ text: String) throws { try client?.send(text) }
  func rest() throws -> String { try client?.rest() ?? "" }
  func answerStatus() throws -> Int { try client?.answer().status ?? 0 }
}
