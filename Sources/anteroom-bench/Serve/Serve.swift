import AnteroomAPI
import AnteroomCore
import AnteroomDaemon
import AnteroomHTTP
import AnteroomSystem
import ArgumentParser
import Glibc

/// One server for the benchmark, on two sockets in a directory that it removes when its standard input ends: so it
/// goes when the benchmark goes, however that was stopped.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "A server that the benchmark starts for itself.", shouldDisplay: false)

  enum Mode: String, ExpressibleByArgument, Sendable {
    case daemon
    case commitEach = "commit-each"
    case echo
  }

  @Option var mode: Mode
  @Option var directory: String
  @Option var memoryKib = 65_536
  @Option var iterations = 3
  @Option(help: "Bytes of the echo's answer.") var bytes = 512
  @Option(help: "Meetings that are there before the first request.") var meetings = 0

  func run() async throws {
    let workplace = Workplace(at: directory)
    _ = try OSThread { Serve.obey(workplace) }
    let responder: any Responder
    var lane: InProcess?
    switch mode {
    case .echo: responder = Echo(bytes: bytes)
    case .daemon, .commitEach:
      let daemon = try InProcess(
        workplace, memoryKiB: memoryKib, iterations: iterations,
        groupLimit: mode == .commitEach ? 1 : Composition.Surroundings.usualGroup)
      try await daemon.fill(meetings: meetings)
      responder = daemon.api
      lane = daemon
    }
    let sweep = lane.map { daemon in Task { await daemon.sweep() } }
    defer { sweep?.cancel() }
    let sockets = [
      Listener(
        descriptor: try BoundSocket.bind(path: workplace.frontend, mode: 0o600, group: nil).descriptor,
        role: .frontend),
      Listener(
        descriptor: try BoundSocket.bind(path: workplace.admin, mode: 0o600, group: nil).descriptor, role: .admin),
    ]
    let randomness = SystemRandomness()
    let server = HTTPServer(
      listeners: sockets, responder: responder,
      makeRequestID: { RequestID(random: randomness.bytes(RequestID.randomByteCount)) },
      logger: InProcess.logger)
    Serve.say("ready")
    try await server.run()
  }

  private static func obey(_ workplace: Workplace) {
    while let line = readLine() {
      if line == "cpu" { say(ProcessorTime.own().line) }
    }
    workplace.remove()
    _exit(0)
  }

  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe write(STDOUT_FILENO, bytes, bytes.count)
  }
}

/// Answers as long as a join's answer is, and reads nothing: what this HTTP stack can do at most.
private struct Echo: Responder {
  private let answer: [UInt8]

  init(bytes: Int) {
    let frame = "{\"echo\":\"\"}".utf8.count
    answer = Array(("{\"echo\":\"" + String(repeating: "e", count: max(0, bytes - frame)) + "\"}").utf8)
  }

  func respond(to request: Request) async -> Reply { Reply(status: 201, body: answer) }
  func refuse(_ refusal: TransportRefusal) -> Reply { Reply(status: 400, body: answer) }
}
