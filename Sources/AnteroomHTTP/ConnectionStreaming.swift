import AnteroomAPI
import NIOCore

// An answer whose body goes on: the connection's part of it, on its event loop.

extension Connection {
  /// Sends the head of an answer whose body goes on; false where nobody waits for it any more.
  func beginStream(_ reply: Reply) -> EventLoopFuture<Void>? {
    guard case .answering = phase, let context, let id = currentID, !server.isDraining else { return nil }
    phase = .streaming
    if ending == .keepAliveSaid { ending = .close }
    let head = ReplyWriter.streamHead(
      reply, id: id, isChunked: !isOldClient, ending: ending, using: context.channel.allocator)
    return send(head, in: context)
  }

  /// Sends a part of the body; nil once the client is gone.
  func writeStream(_ bytes: [UInt8]) -> EventLoopFuture<Void>? {
    guard case .streaming = phase, let context, !withoutBody else { return nil }
    return send(
      ReplyWriter.streamPart(bytes, isChunked: !isOldClient, using: context.channel.allocator), in: context)
  }

  /// A reader that takes nothing for so long is cut off: it comes back for what it missed.
  private func send(_ bytes: ByteBuffer, in context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    deadline.set(after: server.limits.streamStallTime)
    let sent = context.writeAndFlush(wrapOutboundOut(bytes))
    let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
    sent.whenSuccess {
      if case .streaming = connection.value.phase { connection.value.deadline.clear() }
    }
    return sent
  }

  /// Ends the body, and goes on with what the client asks next.
  func endStream() {
    switch phase {
    case .streaming:
      finish(ReplyWriter.streamEnd(isChunked: !isOldClient, using: context?.channel.allocator))
    case .answering:
      refuse(.shuttingDown)
    case .idle, .head, .body, .closing, .closed: break
    }
  }
}
