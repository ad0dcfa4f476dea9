import Logging
import NIOCore

/// Without descriptors left, accepting fails at once and would be tried again at once, since the connection still
/// waits. So the listening socket is left alone for a moment: the server neither spins nor closes it, and goes on
/// when descriptors are free again.
final class AcceptFailures: ChannelInboundHandler {
  typealias InboundIn = Channel

  private static let pause = TimeAmount.milliseconds(100)
  // A client can cause these failures without end.
  private static let silence = TimeAmount.seconds(10)

  private let logger: Logger
  private var lastLogged: NIODeadline?

  init(logger: Logger) {
    self.logger = logger
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    log(error)
    let channel = context.channel
    _ = channel.setOption(.autoRead, value: false)
    context.eventLoop.scheduleTask(in: AcceptFailures.pause) {
      _ = channel.setOption(.autoRead, value: true)
    }
  }

  private func log(_ error: any Error) {
    let now = NIODeadline.now()
    if let lastLogged, now - lastLogged < AcceptFailures.silence { return }
    lastLogged = now
    logger.warning("cannot accept a connection", metadata: ["error": "\(error)"])
  }
}
