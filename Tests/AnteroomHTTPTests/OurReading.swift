import NIOCore

@testable import AnteroomHTTP

/// Our readers, put together as a connection puts them together, without the connection.
struct OurReading: Equatable {
  enum Ending: Equatable {
    /// More bytes could complete the next request.
    case open
    /// The client or the version asked for the close after the last request.
    case closed
    case refused(String)
  }

  var messages: [Message] = []
  var ends: [Int] = []
  var chunked = 0
  var ending = Ending.open
  /// The most bytes that were held of unfinished requests: waiting in the buffer, and put together as a body.
  var mostHeld = 0
  var mostReserved = 0

  init(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits(), measured: Bool = false) {
    var head = HeadReader(limits: limits)
    var body: (RequestHead, BodyReader)?
    var input = ByteBuffer()
    var fed = 0
    for piece in pieces {
      input.discardReadBytes()
      input.writeBytes(piece)
      fed += piece.count
      while ending == .open, step(&head, &body, &input, limits, fed: fed) {}
      if measured { measure(body?.1, input) }
      if ending != .open { return }
    }
  }

  private mutating func step(
    _ head: inout HeadReader, _ body: inout (RequestHead, BodyReader)?, _ input: inout ByteBuffer,
    _ limits: HTTPLimits, fed: Int
  ) -> Bool {
    if let (request, reader) = body {
      body = nil
      var reader = reader
      switch reader.read(&input) {
      case .incomplete:
        body = (request, reader)
        return false
      case .refused(let refusal): ending = .refused("\(refusal)")
      case .complete(let bytes):
        take(request, bytes, fed - input.readableBytes)
        head = HeadReader(limits: limits)
      }
      return true
    }
    guard input.readableBytes > 0 else { return false }
    switch head.read(&input) {
    case .incomplete: return false
    case .refused(let refusal): ending = .refused("\(refusal)")
    case .complete(let request):
      switch request.framing {
      case .none:
        take(request, [], fed - input.readableBytes)
        head = HeadReader(limits: limits)
      case .length(let length) where length > limits.bodyBytes: ending = .refused("bodyTooLarge")
      case .length, .chunked: body = (request, BodyReader(framing: request.framing, limits: limits))
      }
    }
    return true
  }

  private mutating func take(_ head: RequestHead, _ body: [UInt8], _ end: Int) {
    messages.append(
      Message(
        method: head.method, target: head.target, headers: head.headers.map { "\($0.name): \($0.value)" }, body: body))
    ends.append(end)
    if head.framing == .chunked { chunked += 1 }
    if !head.keepsAlive { ending = .closed }
  }

  private mutating func measure(_ reader: BodyReader?, _ input: ByteBuffer) {
    let body = reader.flatMap { Mirror(reflecting: $0).descendant("bytes") as? [UInt8] } ?? []
    mostHeld = max(mostHeld, input.readableBytes + body.count)
    mostReserved = max(mostReserved, body.capacity)
  }
}

/// Ways to cut the same bytes.
enum Cut {
  static func whole(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] { [bytes[...]] }

  static func single(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] { bytes.indices.map { bytes[$0...$0] } }

  static func anywhere(_ bytes: [UInt8], _ random: inout SplitMix64) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1 + random.below(40))
      pieces.append(piece)
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }
}
