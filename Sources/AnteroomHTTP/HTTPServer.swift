package import AnteroomAPI
package import AnteroomCore
import AnteroomSystem
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A descriptor that listens already, bound or handed over, and which of the two sockets it is.
package struct Listener: Sendable {
  package let descriptor: Int32
  package let role: SocketRole

  package init(descriptor: Int32, role: SocketRole) {
    self.descriptor = descriptor
    self.role = role
  }
}

/// HTTP/1.1 and 1.0 over Unix stream sockets (RFC 9110, RFC 9112), within the limits it is given. It knows nothing of
/// what is asked: whatever is well-formed goes to the responder.
package struct HTTPServer: Service {
  private let listeners: [Listener]
  private let eventLoops: Int
  private let server: ServerContext

  /// - Parameters:
  ///   - listeners: taken over; they are closed when `run` returns.
  ///   - makeRequestID: called once for every answer.
  ///   - eventLoops: how many threads read, parse and write.
  package init(
    listeners: [Listener], limits: HTTPLimits = HTTPLimits(), responder: any Responder,
    makeRequestID: @escaping @Sendable () -> RequestID, logger: Logger, eventLoops: Int = 1
  ) {
    self.listeners = listeners
    self.eventLoops = eventLoops
    server = ServerContext(limits: limits, responder: responder, makeRequestID: makeRequestID, logger: logger)
  }

  /// Serves until graceful shutdown or cancellation, then lets what is under way finish as the limits say.
  package func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops)
    do {
      try await serve(on: group)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws {
    var accepting: [any Channel] = []
    for listener in listeners {
      accepting.append(
        try await bootstrap(group, role: listener.role).withBoundSocket(listener.descriptor).get())
    }
    // Throws when the task is cancelled, which ends serving as well.
    try? await gracefulShutdown()
    server.startDraining()
    for channel in accepting { try? await channel.close() }
    await drain()
  }

  private func bootstrap(_ group: MultiThreadedEventLoopGroup, role: SocketRole) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelInitializer { [logger = server.logger] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptFailures(logger: logger))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { [server] channel in admit(channel, to: role, of: server) }
  }

  private func drain() async {
    announce(.drain)
    await wait(server.limits.shutdownGrace)
    announce(.cancel)
    await wait(server.limits.shutdownLimit)
    for channel in server.ledger.channels { try? await channel.close() }
  }

  private func announce(_ event: ServerEvent) {
    for channel in server.ledger.channels { channel.pipeline.fireUserInboundEventTriggered(event) }
  }

  /// Until no connection is left, at most `limit`; not at all once the task is cancelled.
  private func wait(_ limit: Duration) async {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while !server.ledger.isEmpty, clock.now < end, !Task.isCancelled {
      try? await clock.sleep(for: .milliseconds(5))
    }
  }
}

/// Asks the kernel who is at the other end and enters the connection into the ledger.
private func admit(_ channel: any Channel, to role: SocketRole, of server: ServerContext) -> EventLoopFuture<Void> {
  guard let options = channel as? any SocketOptionProvider else {
    return channel.close()
  }
  let asked: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
    level: .socket, name: .init(rawValue: PeerCredentials.socketOption))
  return asked.flatMapThrowing { credentials in
    let peer = Peer(uid: credentials.uid, gid: credentials.gid, pid: credentials.pid)
    let standing = server.ledger.enter(channel, uid: peer.uid, on: role)
    let connection = Connection(
      server: server, socket: role, peer: peer, standing: standing, eventLoop: channel.eventLoop)
    do {
      try channel.pipeline.syncOperations.addHandler(connection)
    } catch {
      server.ledger.leave(channel, uid: peer.uid, on: role)
      throw error
    }
  }
}
