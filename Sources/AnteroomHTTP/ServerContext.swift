import AnteroomAPI
import AnteroomCore
import Logging
import Synchronization

/// What all connections of one server share.
final class ServerContext: Sendable {
  let limits: HTTPLimits
  let responder: any Responder
  let makeRequestID: @Sendable () -> RequestID
  let logger: Logger
  let ledger: ConnectionLedger
  private let draining = Atomic<Bool>(false)

  init(
    limits: HTTPLimits, responder: any Responder, makeRequestID: @escaping @Sendable () -> RequestID, logger: Logger
  ) {
    self.limits = limits
    self.responder = responder
    self.makeRequestID = makeRequestID
    self.logger = logger
    ledger = ConnectionLedger(limit: limits.connectionsPerPeer)
  }

  /// True once the server stops: what is under way ends, nothing new begins.
  var isDraining: Bool { draining.load(ordering: .acquiring) }

  func startDraining() { draining.store(true, ordering: .releasing) }
}

/// What the server tells its connections when it stops.
enum ServerEvent: Sendable {
  /// End after the answer under way; at once where there is none.
  case drain
  /// Cancel the task of the request under way: a long poll then answers at once.
  case cancel
}
