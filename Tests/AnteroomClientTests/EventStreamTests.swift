import AnteroomClient
import Testing

@Suite struct EventStreamTests {
  private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

  private static func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }

  private func event(_ id: String, _ name: String, _ data: String) -> ServerEvent {
    ServerEvent(id: id, name: name, data: Array(data.utf8))
  }

  @Test(arguments: [
    ("id: 7\nevent: a\ndata: {}\n\n", [("7", "a", "{}")]),
    ("id: 7\r\nevent: a\r\ndata: {}\r\n\r\n", [("7", "a", "{}")]),
    ("id: 7\revent: a\rdata: {}\r\r", [("7", "a", "{}")]),
    ("\u{FEFF}data: x\n\n", [("", "message", "x")]),
    (":\n\n:keep\n\ndata: x\n\n", [("", "message", "x")]),
    ("data: x\ndata:\ndata: y\n\n", [("", "message", "x\n\ny")]),
    ("data:  x\n\n", [("", "message", " x")]),
    ("id: 1\ndata: x\n\ndata: y\n\n", [("1", "message", "x"), ("1", "message", "y")]),
    ("id: 1\nid: \u{0}2\ndata: x\n\n", [("1", "message", "x")]),
    ("event: a\n\ndata: y\n\n", [("", "message", "y")]),
    ("retry: 5\nnonsense\ndata: y\n\n", [("", "message", "y")]),
    ("id: 1\ndata: never finished\n", []),
  ])
  func `events are read by the standard's rules, however they are cut`(
    text: String, expected: [(String, String, String)]
  ) throws {
    let events = expected.map { event($0.0, $0.1, $0.2) }
    var whole = ServerEventReader()
    #expect(try whole.read(text.utf8) == events)
    var dripped = ServerEventReader()
    #expect(try text.utf8.flatMap { byte in try dripped.read([byte]) } == events)
  }

  @Test(arguments: ["xxxxxxxxx", "data: x\ndata: xx", "data:xx\n:xxxxxxxxx"])
  func `an event that is too large is refused, in one line or in many`(text: String) throws {
    var reader = ServerEventReader(limit: 8)
    #expect(try reader.read("data:xx\n\n".utf8) == [event("", "message", "xx")])
    #expect(throws: ClientFault.answerTooLarge) { try reader.read(text.utf8) }
  }

  @Test(arguments: [true, false])
  func `a stream tells event after event until it ends`(drip: Bool) async throws {
    let text =
      EventStreamTests.head + EventStreamTests.chunk("id: 1\nevent: a\ndata: 1\n\nid: 2\n")
      + EventStreamTests.chunk("event: b\ndata: 2\n\n") + "0\r\n\r\n"
    let server = try await SmallServer.start { _, request in
      request.contains("\r\nLast-Event-ID: 41") ? (drip ? .drip(text) : .answer(text)) : .close
    }
    let client = Client(socket: server.path)
    guard case .open(let stream) = try await client.watch(.watchMeeting("m", after: "41")) else {
      Issue.record("no stream")
      return
    }
    var events: [ServerEvent] = []
    for await event in stream.events { events.append(event) }
    #expect(events == [event("1", "a", "1"), event("2", "b", "2")])
    try await server.stop()
  }

  @Test func `a refusal is an answer and no stream`() async throws {
    let server = try await SmallServer.start { _, _ in
      .answer(
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: 19\r\n\r\n"
          + #"{"code":"not-host"}"#)
    }
    guard case .answered(let answer) = try await Client(socket: server.path).watch(.watchMeeting("m", after: nil))
    else {
      Issue.record("a stream")
      return
    }
    #expect(Problem(answer).code == "not-host")
    try await server.stop()
  }

  @Test func `a stream that falls silent ends`() async throws {
    let server = try await SmallServer.start { _, _ in
      .answer(EventStreamTests.head + EventStreamTests.chunk("data: 1\n\n"))
    }
    let watching = try await Client(socket: server.path).watch(
      .watchMeeting("m", after: nil), quiet: .seconds(3))
    guard case .open(let stream) = watching else {
      Issue.record("no stream")
      return
    }
    var count = 0
    for await _ in stream.events { count += 1 }
    #expect(count == 1)
    try await server.stop()
  }

  // Silence alone may run its time out: whatever a server does, it does in time, however busy the machine is.
  @Test(arguments: [
    (SmallServer.Act.close, Duration.seconds(300), ClientFault.closed),
    (.silence, .milliseconds(100), .timedOut),
    (.answer("SSH-2.0-OpenSSH_9.2 and more\r\n\r\n"), .seconds(300), .malformedAnswer("the status line")),
  ])
  func `a stream that does not open is a fault`(
    act: SmallServer.Act, quiet: Duration, expected: ClientFault
  ) async throws {
    let server = try await SmallServer.start { _, _ in act }
    await #expect(throws: expected) {
      _ = try await Client(socket: server.path).watch(.watchMeeting("m", after: nil), quiet: quiet)
    }
    try await server.stop()
  }

  @Test(arguments: ["a b", "a\r\nX-Evil: 1", "", "ä"])
  func `no value becomes a header of its own`(value: String) {
    #expect(throws: ClientFault.self) { try Call.health.with(idempotencyKey: value).bytes() }
    #expect(throws: ClientFault.self) { try Call.watchMeeting("m", after: value).bytes() }
  }
}
