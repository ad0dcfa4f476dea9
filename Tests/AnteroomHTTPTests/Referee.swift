import NIOCore
import NIOEmbedded
import NIOHTTP1

/// One request as either reader understood it, in the form that both are brought to before they are compared.
struct Message: Hashable {
  var method: String
  var target: String
  var headers: [String]
  var body: [UInt8] = []
}

/// llhttp, through NIO's decoder: the reader that other servers and proxies have, and that ours must never disagree
/// with about a request that it accepts.
struct Referee {
  var messages: [Message] = []
  /// How many bytes had gone in when each message was complete; exact where single bytes were fed.
  var ends: [Int] = []
  var error: (any Error)?
  /// It asked for another protocol; the decoder hands over there and reads no more.
  var stopsForUpgrade = false
  /// It has `Proxy-Connection`, which llhttp takes for `Connection`.
  var obeysProxyConnection = false

  init(_ pieces: [ArraySlice<UInt8>]) {
    let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    var current: Message?
    var fed = 0
    for piece in pieces {
      fed += piece.count
      do {
        try channel.writeInbound(ByteBuffer(bytes: piece))
      } catch {
        self.error = error
      }
      while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
        switch part {
        case .head(let head):
          current = Message(head)
          let options = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
          if head.method == .CONNECT || (head.headers.contains(name: "upgrade") && options.contains("upgrade")) {
            stopsForUpgrade = true
          }
          if head.headers.contains(name: "proxy-connection") { obeysProxyConnection = true }
        case .body(let bytes):
          current?.body += bytes.readableBytesView
        case .end:
          if let current {
            messages.append(current)
            ends.append(fed)
          }
          current = nil
        }
      }
      if error != nil { break }
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }
}

extension Message {
  fileprivate init(_ head: HTTPRequestHead) {
    // NIO's own name for it is not the one on the wire.
    method = head.method == .MSEARCH ? "M-SEARCH" : head.method.rawValue
    target = Message.origin(head.uri)
    headers = head.headers.map { "\($0.name.lowercased()): \(Message.trimmed($0.value))" }
  }

  /// The decoder leaves white space at a value's end in its place.
  private static func trimmed(_ value: String) -> String {
    var scalars = Substring(value).unicodeScalars
    while let last = scalars.last, last == " " || last == "\t" { scalars.removeLast() }
    return String(scalars)
  }

  /// The decoder gives the absolute form as it came; ours is asked for its path (RFC 9112, section 3.2.2).
  private static func origin(_ target: String) -> String {
    guard let scheme = ["http://", "https://"].first(where: { target.hasPrefix($0) }) else { return target }
    let authority = target.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
    let path = String(target.dropFirst(scheme.count + authority.count))
    return path.hasPrefix("/") ? path : "/" + path
  }
}
