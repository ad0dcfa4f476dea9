/// One answer. The HTTP layer adds what every answer has: `Request-Id`, `Cache-Control: no-store`,
/// `X-Content-Type-Options: nosniff`, the length, and `Connection: close` where the connection ends.
package struct Reply: Sendable {
  package var status: Int
  package var contentType: String
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  /// Writes a body that goes on: called once the head is on its way, cancelled when the client is gone.
  package var stream: (@Sendable (any ReplyStream) async -> Void)?

  package init(
    status: Int, contentType: String = "application/json", headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  /// 204, which has neither body nor content type.
  package static let noContent = Reply(status: 204, contentType: "", body: [])
}

/// A body that is written while it comes to be.
package protocol ReplyStream: Sendable {
  /// Returns when the bytes are with the kernel; false once the client is gone, or does not read.
  func write(_ bytes: [UInt8]) async -> Bool
}

/// Answers every request, whatever it asks; the HTTP layer knows nothing beyond this.
package protocol Responder: Sendable {
  func respond(to request: Request) async -> Reply

  /// The answer to what never became a request: malformed, too large, too slow.
  func refuse(_ refusal: TransportRefusal) -> Reply
}

/// What the HTTP layer refuses by itself, without asking the API.
package enum TransportRefusal: Sendable, CaseIterable {
  /// Bad framing: both length headers, a repeated length, bare CR or LF, an unknown encoding. 400, and closed.
  case malformed
  /// More than 64 headers or 8 KiB of them. 431, and closed.
  case headersTooLarge
  /// More than 64 KiB of body. 413, and closed.
  case bodyTooLarge
  /// The peer holds as many connections as it may. 503, and closed.
  case tooManyConnections
  /// The daemon is stopping. 503, and closed.
  case shuttingDown
  /// The header or the body did not arrive in time. 408, and closed.
  case tooSlow
}
