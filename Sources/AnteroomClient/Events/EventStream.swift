import NIOCore

/// Events as they come, over a connection of their own.
package final class EventStream: Sendable {
  /// Ends when the connection does, for whatever reason: who watches asks again from where it was.
  package let events: AsyncStream<ServerEvent>
  private let channel: any Channel

  fileprivate init(events: AsyncStream<ServerEvent>, channel: any Channel) {
    self.events = events
    self.channel = channel
  }

  package func close() async {
    // Closed already is as good as closed now.
    try? await channel.close()
  }
}

extension Client {
  /// What becomes of asking for a stream.
  package enum Watching: Sendable {
    case open(EventStream)
    /// Any other answer, a refusal as a rule.
    case answered(Answer)
  }

  /// Asks for a stream. `quiet` is how long nothing may come, not even a comment, before the connection is
  /// held to be dead; the daemon writes one every 15 s.
  package func watch(_ call: Call, quiet: Duration = .seconds(40)) async throws(ClientFault) -> Watching {
    let request = try call.bytes()
    let (events, continuation) = AsyncStream.makeStream(of: ServerEvent.self)
    let (channel, handler) = try await Connection.connect(socket) {
      EventStreamHandler(continuation, quiet: TimeAmount(quiet))
    }
    // Who stops reading lets go of the connection.
    continuation.onTermination = { _ in channel.close(promise: nil) }
    let opened = await withCheckedContinuation { waiting in
      channel.eventLoop.execute { handler.value.open(request) { waiting.resume(returning: $0) } }
    }
    guard let answer = try opened.get() else { return .open(EventStream(events: events, channel: channel)) }
    return .answered(answer)
  }
}
