import AnteroomAPI
import NIOCore

/// Writes an answer's body while it comes to be. Nothing is kept back here: a part is with the kernel before
/// the next one is taken, so that a slow reader costs one part and not a queue.
struct StreamedReply: ReplyStream {
  private static let partBytes = 65_536

  let connection: NIOLoopBound<Connection>
  let eventLoop: any EventLoop

  func begin(_ reply: Reply) async -> Bool {
    await sent { $0.beginStream(reply) }
  }

  func write(_ bytes: [UInt8]) async -> Bool {
    // An empty chunk would be the last one; a long snapshot is not copied whole for a reader that takes none of it.
    for start in stride(from: 0, to: bytes.count, by: StreamedReply.partBytes) {
      let part = Array(bytes[start..<min(start + StreamedReply.partBytes, bytes.count)])
      guard await sent({ $0.writeStream(part) }) else { return false }
    }
    return true
  }

  private func sent(_ send: @escaping @Sendable (Connection) -> EventLoopFuture<Void>?) async -> Bool {
    await withCheckedContinuation { continuation in
      eventLoop.execute {
        guard let sent = send(connection.value) else { return continuation.resume(returning: false) }
        sent.whenComplete { result in
          let isSent = if case .success = result { true } else { false }
          continuation.resume(returning: isSent)
        }
      }
    }
  }
}
