import AnteroomAPI
import Logging

/// Logs each answered request: what was asked, by which peer, what came of it, how long it took. Never
/// the query, a header or a body: there are names and secrets in them.
struct LoggingResponder: Responder {
  let responder: any Responder
  let logger: Logger

  func respond(to request: Request) async -> Reply {
    guard logger.logLevel <= .debug else { return await responder.respond(to: request) }
    let start = ContinuousClock.now
    let reply = await responder.respond(to: request)
    let path = request.target.split(separator: "?", maxSplits: 1).first ?? ""
    logger.debug(
      "request",
      metadata: [
        "id": "\(request.id)", "socket": "\(request.socket.rawValue)", "uid": "\(request.peer.uid)",
        "pid": "\(request.peer.pid)", "method": "\(request.method)", "path": "\(path)", "status": "\(reply.status)",
        "took": "\((ContinuousClock.now - start) / .milliseconds(1))ms",
      ])
    return reply
  }

  func refuse(_ refusal: TransportRefusal) -> Reply { responder.refuse(refusal) }
}
