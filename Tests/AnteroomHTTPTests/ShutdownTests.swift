import AnteroomAPI
import AnteroomCore
import AnteroomHTTP
import AnteroomSystem
import Logging
import ServiceLifecycle
import Testing

@Suite struct ShutdownTests {
  @Test func `at shutdown a poll is answered, a stream ended, a resting client closed, half a request refused`()
    async throws
  {
    let directory = try temporaryDirectory()
    defer { remove(directory) }
    let bound = try BoundSocket.bind(path: directory + "/s", mode: 0o600, group: nil)
    let randomness = SystemRandomness()
    var limits = HTTPLimits()
    limits.shutdownGrace = .milliseconds(500)
    let server = HTTPServer(
      listeners: [Listener(descriptor: bound.descriptor, role: .admin)], limits: limits, responder: Echo(),
      makeRequestID: { RequestID(random: randomness.bytes(RequestID.randomByteCount)) },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, eventLoops: 2)
    let group = ServiceGroup(
      configuration: .init(services: [.init(service: server)], logger: Logger(label: "test")))
    let running = Task { try await group.run() }
    let clients = try await blocking {
      let texts = [
        "GET /poll HTTP/1.1\r\nHost: a\r\n\r\n", Hostile.get(""), "GET / HTTP/1.1\r\n",
        "GET /stream/open HTTP/1.1\r\nHost: a\r\n\r\n",
      ]
      let clients = try texts.map { text in
        let client = try RawClient(bound.path)
        try client.send(text)
        return client
      }
      // Answered after the others arrived.
      _ = try clients[1].answer()
      return clients.map { Held(client: $0) }
    }
    // Half a request shows nowhere that it arrived.
    try await Task.sleep(for: .milliseconds(500))
    await group.triggerGracefulShutdown()
    let texts = try await blocking { try clients.map { try $0.rest() } }
    try await running.value
    #expect(texts[0].hasPrefix("HTTP/1.1 200 "))
    #expect(texts[0].contains("Connection: close"))
    #expect(texts[1].isEmpty)
    #expect(texts[2].hasPrefix("HTTP/1.1 503 "))
    #expect(texts[3].hasSuffix("7\r\npart 0\n\r\n0\r\n\r\n"))
    #expect(throws: ClientFailure.self) { _ = try RawClient(bound.path) }
  }
}
