import AnteroomClient
import Glibc
import NIOCore
import NIOPosix
import Testing

@Suite struct ClientTests {
  private func fault(_ act: () async throws(ClientFault) -> Answer) async -> ClientFault? {
    do throws(ClientFault) {
      _ = try await act()
      return nil
    } catch {
      return error
    }
  }

  @Test func `one connection serves call after call`() async throws {
    let server = try await SmallServer.start { _, _ in SmallServer.ok }
    let client = Client(socket: server.path)
    for _ in 0..<5 { #expect(try await client.send(.health).body == Array("ok".utf8)) }
    #expect(server.accepted == 1)
    await client.close()
    try await server.stop()
  }

  @Test func `a connection that the daemon ends is replaced`() async throws {
    let server = try await SmallServer.start { _, _ in
      .answerAndClose("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    }
    let client = Client(socket: server.path)
    for _ in 0..<3 { #expect(try await client.send(.verifyAudit).status == 200) }
    #expect(server.accepted == 3)
    try await server.stop()
  }

  @Test(arguments: [("GET", ClientFault?.none), ("POST", .closed)])
  func `what reads is asked again over a dead connection, what changes is not`(
    method: String, expected: ClientFault?
  ) async throws {
    // The first connection answers once and then drops the next request unanswered.
    let server = try await SmallServer.start { number, request in
      number == 1 && !request.contains("/first") ? .close : SmallServer.ok
    }
    let client = Client(socket: server.path)
    _ = try await client.send(Call("GET", "/first"))
    #expect(await fault { () throws(ClientFault) in try await client.send(Call(method, "/second")) } == expected)
    #expect(server.accepted == (expected == nil ? 2 : 1))
    await client.close()
    try await server.stop()
  }

  @Test func `answers come in the order of the requests`() async throws {
    let server = try await SmallServer.start { _, request in
      let name = request.split(separator: " ")[1]
      return .answer("HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)")
    }
    let connection = try await Connection.open(server.path)
    let bodies = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for number in 0..<20 {
        let request = try Call("GET", "/\(number)").bytes()
        group.addTask { (number, String(decoding: try await connection.send(request).body, as: UTF8.self)) }
      }
      return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
    }
    #expect(bodies == Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, "/\($0)") }))
    await connection.close()
    try await server.stop()
  }

  // What a server does comes in time, however busy the machine is; only what never comes runs the time out.
  @Test(arguments: [
    (SmallServer.Act.close, Duration.seconds(300), ClientFault.closed),
    (.answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .seconds(300), .closed),
    (.answerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha"), .seconds(300), .closed),
    (.answer("SSH-2.0-OpenSSH_9.2 and more\r\n\r\n"), .seconds(300), .malformedAnswer("the status line")),
    (.answer("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), .seconds(300), .answerTooLarge),
    (.silence, .milliseconds(200), .timedOut),
    (.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .milliseconds(200), .timedOut),
  ])
  func `an answer that does not come whole is a fault`(
    act: SmallServer.Act, timeout: Duration, expected: ClientFault
  ) async throws {
    let server = try await SmallServer.start { _, _ in act }
    let client = Client(socket: server.path, timeout: timeout)
    #expect(await fault { () throws(ClientFault) in try await client.send(.verifyAudit) } == expected)
    try await server.stop()
  }

  @Test func `an answer in single bytes is an answer`() async throws {
    let server = try await SmallServer.start { _, _ in .drip("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
    let client = Client(socket: server.path)
    #expect(try await client.send(.health).status == 200)
    await client.close()
    try await server.stop()
  }

  @Test func `a missing socket, a deserted one and a path that cannot be one are told apart`() async throws {
    let missing = SmallServer.freshPath()
    #expect(
      await fault { () throws(ClientFault) in try await Client(socket: missing).send(.health) }
        == .noSocket(path: missing))

    let deserted = SmallServer.freshPath()
    let file = unsafe open(deserted, O_CREAT | O_WRONLY, 0o600)
    Glibc.close(file)
    #expect(
      await fault { () throws(ClientFault) in try await Client(socket: deserted).send(.health) }
        == .refused(path: deserted))
    _ = unsafe unlink(deserted)

    let long = "/tmp/" + String(repeating: "a", count: 120)
    #expect(
      await fault { () throws(ClientFault) in try await Client(socket: long).send(.health) } == .pathTooLong(path: long)
    )
  }

  @Test func `after its end a connection says so at once`() async throws {
    let server = try await SmallServer.start { _, _ in SmallServer.ok }
    let connection = try await Connection.open(server.path)
    let request = try Call.health.bytes()
    #expect(try await connection.send(request).status == 200)
    await connection.close()
    #expect(!connection.isOpen)
    #expect(await fault { () throws(ClientFault) in try await connection.send(request) } == .closed)
    try await server.stop()
  }
}
