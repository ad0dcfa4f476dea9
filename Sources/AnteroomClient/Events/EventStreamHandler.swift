import NIOCore

/// Sends one request and reads what it opens. Lives on its channel's event loop alone.
final class EventStreamHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  /// Nil for a stream; else the answer that came instead.
  typealias Opened = @Sendable (Result<Answer?, ClientFault>) -> Void

  private enum Stage {
    case head
    case stream
    case answer(ResponseHead, [UInt8])
  }

  private let continuation: AsyncStream<ServerEvent>.Continuation
  private let quiet: TimeAmount
  private var context: ChannelHandlerContext?
  private var opened: Opened?
  private var parser = ResponseParser()
  private var reader = ServerEventReader()
  private var stage = Stage.head
  private var silence: Scheduled<Void>?

  init(_ continuation: AsyncStream<ServerEvent>.Continuation, quiet: TimeAmount) {
    self.continuation = continuation
    self.quiet = quiet
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    end(.closed)
  }

  func open(_ request: [UInt8], opened: @escaping Opened) {
    guard let context, context.channel.isActive else { return opened(.failure(.closed)) }
    self.opened = opened
    listen()
    Outgoing.send(request, wiped: true, over: context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    listen()
    do {
      try parser.feed(unwrapInboundIn(data).readableBytesView)
      while let part = try parser.nextPart() { try take(part) }
    } catch {
      end(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if case .answer = stage { finishAnswer() }
    end(.closed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.closed) }

  private func take(_ part: ResponseParser.Part) throws(ClientFault) {
    switch (stage, part) {
    case (.head, .head(let head)):
      let type = Answer(status: head.status, head: head.raw, body: [], keepsAlive: false).header("content-type")
      guard head.status == 200, type?.hasPrefix("text/event-stream") == true else {
        stage = .answer(head, [])
        return
      }
      stage = .stream
      opened?(.success(nil))
      opened = nil
    case (.stream, .body(let bytes)): for event in try reader.read(bytes) { continuation.yield(event) }
    case (.answer(let head, let body), .body(let bytes)):
      guard body.count + bytes.count <= ResponseParser.bodyLimit else { throw .answerTooLarge }
      stage = .answer(head, body + bytes)
    case (.answer, .end):
      finishAnswer()
      throw .closed
    case (.stream, .end): throw .closed
    case (.head, .body), (.head, .end), (.stream, .head), (.answer, .head):
      throw .malformedAnswer("an answer to nothing")
    }
  }

  private func finishAnswer() {
    guard case .answer(let head, let body) = stage else { return }
    opened?(.success(Answer(status: head.status, head: head.raw, body: body, keepsAlive: false)))
    opened = nil
  }

  /// Something came: the silence is counted anew.
  private func listen() {
    silence?.cancel()
    silence = context?.eventLoop.assumeIsolated().scheduleTask(in: quiet) { self.end(.timedOut) }
  }

  private func end(_ fault: ClientFault) {
    silence?.cancel()
    silence = nil
    opened?(.failure(fault))
    opened = nil
    continuation.finish()
    context?.close(promise: nil)
  }
}
