import Glibc
import NIOCore
import NIOPosix

/// One keep-alive connection to a Unix socket: request bytes go out as they are, complete answers
/// come back in order. This is the cheap path for a load generator; `Client` stands on it.
package final class Connection: Sendable {
  private let channel: any Channel
  private let handler: NIOLoopBound<ExchangeHandler>

  private init(channel: any Channel, handler: NIOLoopBound<ExchangeHandler>) {
    self.channel = channel
    self.handler = handler
  }

  /// Connects within five seconds.
  package static func open(_ path: String) async throws(ClientFault) -> Connection {
    let (channel, handler) = try await connect(path) { ExchangeHandler() }
    return Connection(channel: channel, handler: handler)
  }

  /// Connects within five seconds, with a handler of one's own at the end of the pipeline.
  static func connect<Handler: ChannelInboundHandler & SendableMetatype>(
    _ path: String, _ makeHandler: @escaping @Sendable () -> Handler
  ) async throws(ClientFault) -> (channel: any Channel, handler: NIOLoopBound<Handler>) {
    guard path.utf8.count <= 107, !path.isEmpty else { throw .pathTooLong(path: path) }
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
    do {
      return try await bootstrap.connect(unixDomainSocketPath: path) { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = makeHandler()
          try channel.pipeline.syncOperations.addHandler(handler)
          return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
      }
    } catch let error as IOError {
      throw ClientFault(connecting: error.errnoCode, to: path)
    } catch is ChannelError {
      throw .timedOut
    } catch {
      throw .unreachable(path: path, errno: 0)
    }
  }

  package var isOpen: Bool { channel.isActive }

  /// Sends one request and hands its answer to `completion`, on the connection's event loop.
  /// Requests may be sent before earlier answers arrived; answers come in the same order.
  /// `wiped` overwrites the outgoing copy once it is sent.
  package func send(
    _ request: [UInt8], timeout: Duration? = nil, wiped: Bool = false,
    completion: @escaping @Sendable (Result<Answer, ClientFault>) -> Void
  ) {
    let handler = handler
    channel.eventLoop.execute {
      handler.value.send(request, timeout: timeout.map { TimeAmount($0) }, wiped: wiped, completion: completion)
    }
  }

  /// Sends one request and waits for its answer. Throws when the connection ends, the time is over
  /// or the answer cannot be read; the connection is closed then.
  package func send(
    _ request: [UInt8], timeout: Duration? = nil, wiped: Bool = false
  ) async throws(ClientFault) -> Answer {
    let result = await withCheckedContinuation { continuation in
      send(request, timeout: timeout, wiped: wiped) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  package func close() async {
    // Closed already is as good as closed now.
    try? await channel.close()
  }
}

extension ClientFault {
  fileprivate init(connecting errno: Int32, to path: String) {
    switch errno {
    case ENOENT, ENOTDIR: self = .noSocket(path: path)
    // A plain file at the path answers ECONNREFUSED as well.
    case ECONNREFUSED: self = .refused(path: path)
    case EACCES, EPERM: self = .notPermitted(path: path)
    case ENAMETOOLONG: self = .pathTooLong(path: path)
    case _: self = .unreachable(path: path, errno: errno)
    }
  }
}
