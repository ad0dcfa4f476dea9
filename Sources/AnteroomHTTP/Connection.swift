import AnteroomAPI
import AnteroomCore
import Logging
import NIOCore

/// One connection: reads a request within its limits, has it answered, and only then looks at the next one. What a
/// client sends ahead waits in one read's worth of memory, after which it is not read from any more.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Phase {
    /// Between requests, or before the first.
    case idle
    case head(HeadReader)
    case body(RequestHead, BodyReader)
    case answering
    /// A body that goes on is being written.
    case streaming
    /// The last answer is on its way; what still arrives is read and thrown away.
    case closing
    case closed
  }

  let server: ServerContext
  private let socket: SocketRole
  private let peer: Peer
  private let standing: ConnectionLedger.Standing

  var phase = Phase.idle
  private(set) var context: ChannelHandlerContext?
  private var pending = ByteBuffer()
  private var inputEnded = false
  private var readRequested = false
  private var hasServed = false

  // Of the request that is being answered.
  private var task: Task<Void, Never>?
  private var abandonment: Abandonment?
  var currentID: RequestID?
  var ending = ReplyWriter.Ending.close
  var withoutBody = false
  /// HTTP/1.0 knows no chunks: what has no length ends with the connection.
  var isOldClient = false

  let deadline: DeadlineTimer
  private let executor: LoopExecutor

  init(
    server: ServerContext, socket: SocketRole, peer: Peer, standing: ConnectionLedger.Standing, eventLoop: any EventLoop
  ) {
    self.server = server
    self.socket = socket
    self.peer = peer
    self.standing = standing
    deadline = DeadlineTimer(eventLoop: eventLoop)
    executor = LoopExecutor(eventLoop)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    deadline.onExpiry = { [unowned self] in expired() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    abandon()
    server.ledger.leave(context.channel, uid: peer.uid, on: socket)
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    switch standing {
    // Accepted while the server began to stop, and so too late to be told.
    case .welcome where server.isDraining:
      refuse(.shuttingDown)
    case .welcome:
      deadline.set(after: server.limits.headerTime)
    case .surplus:
      refuse(.tooManyConnections)
    case .flood:
      context.close(promise: nil)
    }
    requestRead()
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    abandon()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    take(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    readRequested = false
    requestRead()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, case .idle = phase { proceed() }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed:
      inputEnded = true
      settle()
    case ServerEvent.drain:
      drain()
    case ServerEvent.cancel:
      task?.cancel()
    case _:
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    server.logger.debug("connection failed", metadata: ["error": "\(error)", "pid": "\(peer.pid)"])
    context.close(promise: nil)
  }
}

// MARK: - Reading

extension Connection {
  /// Asks for more, unless the client is ahead of us already.
  private func requestRead() {
    guard let context, !readRequested, !inputEnded else { return }
    switch phase {
    case .closed: return
    case .idle, .answering, .streaming: guard pending.readableBytes == 0 else { return }
    case .head, .body, .closing: break
    }
    readRequested = true
    context.read()
  }

  private func take(_ incoming: ByteBuffer) {
    guard pending.readableBytes > 0 else {
      read(incoming)
      return
    }
    var input = ByteBuffer()
    swap(&input, &pending)
    var incoming = incoming
    let start = incoming.readerIndex
    input.discardReadBytes()
    input.writeBuffer(&incoming)
    incoming.wipeConsumed(from: start)
    read(input)
  }

  /// Goes on with what was left when the answer before was under way.
  private func proceed() {
    var input = ByteBuffer()
    swap(&input, &pending)
    read(input)
    settle()
    requestRead()
  }

  private func read(_ bytes: ByteBuffer) {
    var input = bytes
    let start = input.readerIndex
    while advance(&input) {}
    input.wipeConsumed(from: start)
    if input.readableBytes > 0 { pending = input }
  }

  /// Takes one step with the bytes there are; false when it takes more bytes, or something else, to go on.
  private func advance(_ input: inout ByteBuffer) -> Bool {
    switch phase {
    case .idle:
      // A client that does not read its answers must not have more of them written.
      guard input.readableBytes > 0, let context, context.channel.isWritable else { return false }
      if hasServed { deadline.set(after: server.limits.headerTime) }
      phase = .head(HeadReader(limits: server.limits))
      return true
    case .head(var reader):
      phase = .idle
      let reading = reader.read(&input)
      switch reading {
      case .incomplete: phase = .head(reader)
      case .complete(let head): begin(head, hasBodyBytes: input.readableBytes > 0)
      case .refused(let refusal): refuse(refusal)
      }
      return !isIncomplete(reading)
    case .body(let head, var reader):
      phase = .idle
      let reading = reader.read(&input)
      switch reading {
      case .incomplete: phase = .body(head, reader)
      case .complete(let body): answer(head, body: body)
      case .refused(let refusal):
        reader.wipe()
        refuse(refusal)
      }
      return !isIncomplete(reading)
    case .closing, .closed:
      input.moveReaderIndex(to: input.writerIndex)
      return false
    case .answering, .streaming:
      return false
    }
  }

  private func isIncomplete<Value>(_ reading: Reading<Value>) -> Bool {
    if case .incomplete = reading { true } else { false }
  }

  private func begin(_ head: RequestHead, hasBodyBytes: Bool) {
    switch head.framing {
    case .none:
      answer(head, body: [])
      return
    case .length(let length) where length > server.limits.bodyBytes:
      refuse(.bodyTooLarge)
      return
    case .length, .chunked:
      break
    }
    deadline.set(after: server.limits.bodyTime)
    phase = .body(head, BodyReader(framing: head.framing, limits: server.limits))
    if head.expectsContinue, !hasBodyBytes, let context {
      var line = context.channel.allocator.buffer(capacity: 32)
      line.writeStaticString(ReplyWriter.continuing)
      context.writeAndFlush(wrapOutboundOut(line), promise: nil)
    }
  }

  /// After the input ended: nothing more can complete a request, so what is unfinished is refused.
  private func settle() {
    guard inputEnded else { return }
    switch phase {
    case .idle: if pending.readableBytes == 0 { context?.close(promise: nil) }
    case .head, .body: refuse(.malformed)
    case .closing: context?.close(promise: nil)
    case .answering, .streaming, .closed: break
    }
  }
}

// MARK: - Answering

extension Connection {
  private func answer(_ head: RequestHead, body: consuming [UInt8]) {
    guard let context else { return }
    deadline.clear()
    phase = .answering
    withoutBody = head.method == "HEAD"
    isOldClient = head.isHTTP10
    ending = !head.keepsAlive ? .close : head.isHTTP10 ? .keepAliveSaid : .keepAlive
    let gone = Abandonment()
    let request = Request(
      id: server.makeRequestID(), socket: socket, peer: peer, method: head.method, target: head.target,
      headers: head.headers, body: RequestBody(body), abandoned: gone)
    abandonment = gone
    currentID = request.id
    let eventLoop = context.eventLoop
    let connection = NIOLoopBound(self, eventLoop: eventLoop)
    let responder = server.responder
    task = Task(executorPreference: executor) {
      let reply = await responder.respond(to: request)
      if let body = reply.stream {
        let stream = StreamedReply(connection: connection, eventLoop: eventLoop)
        if await stream.begin(reply) {
          // A long snapshot takes a while to write down, and others' requests are answered meanwhile.
          await withTaskExecutorPreference(globalConcurrentExecutor) { await body(stream) }
        }
        eventLoop.execute { connection.value.endStream() }
      } else {
        eventLoop.execute { connection.value.finish(reply) }
      }
    }
  }

  private func finish(_ reply: Reply) {
    guard case .answering = phase, let context, let id = currentID else { return }
    if server.isDraining || (inputEnded && pending.readableBytes == 0) { ending = .close }
    finish(
      ReplyWriter.write(reply, id: id, ending: ending, withoutBody: withoutBody, using: context.channel.allocator))
  }

  func finish(_ bytes: ByteBuffer) {
    guard let context else { return }
    task = nil
    abandonment = nil
    currentID = nil
    hasServed = true
    if server.isDraining || (inputEnded && pending.readableBytes == 0) { ending = .close }
    guard ending != .close else {
      close(after: bytes, lingering: false)
      return
    }
    // Before the write: where that fails, the connection is closed when it returns.
    phase = .idle
    deadline.set(after: server.limits.idleTime)
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    proceed()
  }

  func refuse(_ refusal: TransportRefusal) {
    guard let context else { return }
    let id = server.makeRequestID()
    server.logger.debug(
      "refused", metadata: ["why": "\(refusal)", "request": "\(id)", "uid": "\(peer.uid)", "pid": "\(peer.pid)"])
    let bytes = ReplyWriter.write(
      server.responder.refuse(refusal), id: id, ending: .close, withoutBody: false, using: context.channel.allocator)
    close(after: bytes, lingering: !server.isDraining)
  }

  /// Closing with unread input resets the connection, and a client still sending would see that instead of its
  /// answer: so a refused one is read from a while longer.
  private func close(after bytes: ByteBuffer, lingering: Bool) {
    guard let context else { return }
    phase = .closing
    wipePending()
    deadline.set(after: lingering ? server.limits.lingerTime : server.limits.bodyTime)
    let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { _ in
      let connection = connection.value
      guard let context = connection.context else { return }
      guard lingering, !connection.inputEnded else {
        context.close(promise: nil)
        return
      }
      context.close(mode: .output, promise: nil)
      connection.requestRead()
    }
  }
}

// MARK: - Ending

extension Connection {
  private func expired() {
    switch phase {
    case .idle:
      if hasServed { context?.close(promise: nil) } else { refuse(.tooSlow) }
    case .head: refuse(.tooSlow)
    case .body(_, var reader):
      phase = .idle
      reader.wipe()
      refuse(.tooSlow)
    case .closing, .streaming: context?.close(promise: nil)
    case .answering, .closed: break
    }
  }

  private func drain() {
    switch phase {
    case .idle: if pending.readableBytes == 0 { context?.close(promise: nil) } else { refuse(.shuttingDown) }
    case .head, .body: refuse(.shuttingDown)
    // What it watches goes on elsewhere: it comes back for it.
    case .streaming: task?.cancel()
    case .answering, .closing, .closed: break
    }
  }

  private func abandon() {
    if case .body(_, var reader) = phase {
      phase = .closed
      reader.wipe()
    }
    phase = .closed
    deadline.end()
    abandonment?.abandon()
    task?.cancel()
    task = nil
    abandonment = nil
    wipePending()
  }

  private func wipePending() {
    let start = pending.readerIndex
    pending.moveReaderIndex(to: pending.writerIndex)
    pending.wipeConsumed(from: start)
    pending = ByteBuffer()
  }
}
