import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A server that answers each request with the bytes a test gives it, well-formed or not.
final class SmallServer: Sendable {
  enum Act: Sendable {
    case answer(String)
    /// One byte at a time, so that the client sees every split.
    case drip(String)
    case answerAndClose(String)
    case close
    case silence
  }

  static let ok = Act.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

  let path: String
  private let channel: any Channel
  private let counter: Counter

  /// `respond` gets the number of the connection, from 1, and the text of one request.
  static func start(_ respond: @escaping @Sendable (Int, String) -> Act) async throws -> SmallServer {
    let path = SmallServer.freshPath()
    let counter = Counter()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          try child.pipeline.syncOperations.addHandler(Handler(number: counter.next(), respond: respond))
        }
      }
      .bind(unixDomainSocketPath: path).get()
    return SmallServer(path: path, channel: channel, counter: counter)
  }

  private init(path: String, channel: any Channel, counter: Counter) {
    self.path = path
    self.channel = channel
    self.counter = counter
  }

  /// How many connections came.
  var accepted: Int { counter.value }

  func stop() async throws {
    try await channel.close()
    _ = unsafe unlink(path)
  }

  private static let paths = Counter()

  static func freshPath() -> String { "/tmp/anteroom-client-\(getpid())-\(paths.next()).sock" }
}

final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

private final class Handler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let number: Int
  private let respond: @Sendable (Int, String) -> SmallServer.Act

  init(number: Int, respond: @escaping @Sendable (Int, String) -> SmallServer.Act) {
    self.number = number
    self.respond = respond
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // Requests without a body end with a blank line; several may have arrived together.
    let text = String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self)
    for request in text.split(separator: "\r\n\r\n") { act(respond(number, String(request)), context) }
  }

  private func act(_ act: SmallServer.Act, _ context: ChannelHandlerContext) {
    switch act {
    case .answer(let text): send(text, context)
    case .drip(let text): for byte in text.utf8 { send(String(UnicodeScalar(byte)), context) }
    case .answerAndClose(let text):
      send(text, context)
      context.close(promise: nil)
    case .close: context.close(promise: nil)
    case .silence: break
    }
  }

  private func send(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text)), promise: nil)
  }
}
