import AnteroomAPI
import AnteroomCore
import AnteroomHTTP
import AnteroomSystem
import Dispatch
import Glibc
import Logging
import Synchronization

/// Says back what it was asked. Some paths do more: see `respond`.
final class Echo: Responder {
  struct Seen {
    var answered = 0
    var abandoned = 0
    var cancelled = 0
    var streams = 0
    var streamsEnded = 0
    var uids: Set<UInt32> = []
  }

  private let state = Mutex(Seen())

  var seen: Seen { state.withLock { $0 } }

  func forget() { state.withLock { $0 = Seen() } }

  func respond(to request: Request) async -> Reply {
    state.withLock { _ = $0.uids.insert(request.peer.uid) }
    if request.target == "/empty" { return .noContent }
    if request.target == "/poll" { await waitUntilCancelled(request) }
    if request.target == "/injection" {
      return Reply(status: 200, headers: [("X-Name", "a\r\nEvil: yes")], body: [])
    }
    if request.target.hasPrefix("/stream") { return stream(request.target) }
    let body = request.body.consume { bytes in bytes.indices.map { bytes[$0] } }
    let size = body.count
    var text = "\(request.method) \(request.target) \(size)"
    if let header = request.header("x-say") { text += " \(header)" }
    state.withLock { $0.answered += 1 }
    let large = request.target == "/large" ? [UInt8](repeating: UInt8(ascii: "x"), count: 300_000) : []
    return Reply(status: 200, contentType: "text/plain", body: Array(text.utf8) + (size <= 100 ? body : []) + large)
  }

  /// `/stream/3` writes three parts and ends; `/stream/open` one, and goes on; `/stream/flood` until nobody takes it.
  private func stream(_ target: String) -> Reply {
    var reply = Reply(status: 200, contentType: "text/event-stream")
    reply.stream = { [self] stream in
      state.withLock { $0.streams += 1 }
      defer { state.withLock { $0.streamsEnded += 1 } }
      let parts = Int(target.dropFirst("/stream/".count)) ?? 1
      for part in 0..<parts { guard await stream.write(Array("part \(part)\n".utf8)) else { return } }
      let flood = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
      while target == "/stream/flood", await stream.write(flood) {}
      if target == "/stream/open" { try? await Task.sleep(for: .seconds(60)) }
    }
    return reply
  }

  func refuse(_ refusal: TransportRefusal) -> Reply {
    let code: ProblemCode
    switch refusal {
    case .malformed: code = .malformedRequest
    case .headersTooLarge: code = .headersTooLarge
    case .bodyTooLarge: code = .bodyTooLarge
    case .tooManyConnections: code = .busy
    case .shuttingDown: code = .shuttingDown
    case .tooSlow: code = .requestTimeout
    }
    return Reply(status: code.status, contentType: "application/problem+json", body: Array(code.rawValue.utf8))
  }

  private func waitUntilCancelled(_ request: Request) async {
    try? await Task.sleep(for: .seconds(30))
    let isCancelled = Task.isCancelled
    state.withLock {
      if request.abandoned.isAbandoned { $0.abandoned += 1 }
      if isCancelled { $0.cancelled += 1 }
    }
  }
}

/// A server on a socket of its own in a directory of its own, for as long as `body` runs.
func withServer<R: Sendable>(
  limits: HTTPLimits = HTTPLimits(), role: SocketRole = .frontend,
  _ body: @escaping @Sendable (String, Echo) async throws -> R
) async throws -> R {
  let directory = try temporaryDirectory()
  defer { remove(directory) }
  let bound = try BoundSocket.bind(path: directory + "/s", mode: 0o660, group: nil)
  let echo = Echo()
  let randomness = SystemRandomness()
  let server = HTTPServer(
    listeners: [Listener(descriptor: bound.descriptor, role: role)], limits: limits, responder: echo,
    makeRequestID: { RequestID(random: randomness.bytes(RequestID.randomByteCount)) },
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, eventLoops: 1)
  let running = Task { try await server.run() }
  do {
    try await warmUp(bound.path)
    echo.forget()
    let result = try await body(bound.path, echo)
    running.cancel()
    try await running.value
    return result
  } catch {
    running.cancel()
    try? await running.value
    throw error
  }
}

/// When this has been answered, the server's threads and their descriptors are there.
private func warmUp(_ path: String) async throws {
  let status = try await blocking {
    let client = try RawClient(path)
    try client.send("GET / HTTP/1.0\r\n\r\n")
    return (try client.answer().status, try client.isClosed())
  }
  guard status == (200, true) else { throw ClientFailure(step: "the first request", number: 0) }
}

struct NoDirectory: Error {}

func temporaryDirectory() throws -> String {
  var template = Array("/tmp/anteroom-test-XXXXXX".utf8CString)
  guard unsafe mkdtemp(&template) != nil else { throw NoDirectory() }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func remove(_ directory: String) {
  _ = unsafe unlink(directory + "/s")
  _ = unsafe rmdir(directory)
}

/// Runs blocking work away from the pool that the server's tasks need.
func blocking<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
  }
}

/// Polls until something that happens on other threads has happened; false after a minute.
func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<12_000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return condition()
}

func openDescriptors() -> Int {
  guard let directory = unsafe opendir("/proc/self/fd") else { return -1 }
  defer { unsafe _ = closedir(directory) }
  var count = 0
  while unsafe readdir(directory) != nil { count += 1 }
  return count
}
