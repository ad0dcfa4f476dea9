import Glibc
import NIOCore

/// Pairs what goes out with what comes back. Lives on its channel's event loop alone.
final class ExchangeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  typealias Completion = @Sendable (Result<Answer, ClientFault>) -> Void

  private struct Waiting {
    let completion: Completion
    let deadline: Scheduled<Void>?
  }

  private var context: ChannelHandlerContext?
  private var waiting = CircularBuffer<Waiting>(initialCapacity: 4)
  private var parser = ResponseParser()

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    fail(.closed)
  }

  func send(_ request: [UInt8], timeout: TimeAmount?, wiped: Bool, completion: @escaping Completion) {
    guard let context, context.channel.isActive else { return completion(.failure(.closed)) }
    let deadline = timeout.map { [eventLoop = context.eventLoop] timeout in
      eventLoop.assumeIsolated().scheduleTask(in: timeout) { self.end(.timedOut) }
    }
    waiting.append(Waiting(completion: completion, deadline: deadline))
    Outgoing.send(request, wiped: wiped, over: context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do {
      try parser.feed(unwrapInboundIn(data).readableBytesView)
      while let answer = try parser.next() {
        guard let first = waiting.popFirst() else { return end(.malformedAnswer("an answer to nothing")) }
        first.deadline?.cancel()
        first.completion(.success(answer))
        if !answer.keepsAlive { return end(.closed) }
      }
    } catch {
      end(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let answer = parser.finish(), let first = waiting.popFirst() {
      first.deadline?.cancel()
      first.completion(.success(answer))
    }
    fail(.closed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.closed) }

  /// Ends the connection: after a fault the next answer could belong to anybody.
  private func end(_ fault: ClientFault) {
    fail(fault)
    context?.close(promise: nil)
  }

  private func fail(_ fault: ClientFault) {
    while let next = waiting.popFirst() {
      next.deadline?.cancel()
      next.completion(.failure(fault))
    }
  }
}

/// Owns the outgoing bytes so that they can be overwritten in place: a second owner would make the
/// write a copy.
final class Outgoing {
  private var buffer: ByteBuffer

  private init(_ buffer: ByteBuffer) { self.buffer = buffer }

  /// Sends bytes; `wiped` overwrites the copy of them that was sent.
  static func send(_ bytes: [UInt8], wiped: Bool, over context: ChannelHandlerContext) {
    let outgoing = Outgoing(context.channel.allocator.buffer(bytes: bytes))
    guard wiped else { return context.writeAndFlush(NIOAny(outgoing.buffer), promise: nil) }
    let written = context.eventLoop.makePromise(of: Void.self)
    // The channel has let go of the buffer by then: a password in it need not wait for the allocator.
    written.futureResult.assumeIsolated().whenComplete { _ in outgoing.wipe() }
    context.writeAndFlush(NIOAny(outgoing.buffer), promise: written)
  }

  private func wipe() {
    buffer.moveReaderIndex(to: 0)
    unsafe buffer.withUnsafeMutableReadableBytes { memory in
      if let base = memory.baseAddress { unsafe explicit_bzero(base, memory.count) }
    }
  }
}
