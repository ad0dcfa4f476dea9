import AnteroomAPI
import Logging

/// Logs each answered request: which operation, by which peer, what came of it, how long it took. Never the path as it
/// came, the query, a header or a body: there are names in them, and secrets, where a client puts one into the wrong place.
struct LoggingResponder: Responder {
  let api: API
  let logger: Logger

  func respond(to request: Request) async -> Reply {
    guard logger.logLevel <= .debug else { return await api.respond(to: request) }
    let start = ContinuousClock.now
    let reply = await api.respond(to: request)
    logger.debug(
      "request",
      metadata: [
        "id": "\(request.id)", "socket": "\(request.socket.rawValue)", "uid": "\(request.peer.uid)",
        "pid": "\(request.peer.pid)", "operation": "\(api.operation(of: request) ?? "none")",
        "status": "\(reply.status)", "took": "\((ContinuousClock.now - start) / .milliseconds(1))ms",
      ])
    return reply
  }

  func refuse(_ refusal: TransportRefusal) -> Reply { api.refuse(refusal) }
}
