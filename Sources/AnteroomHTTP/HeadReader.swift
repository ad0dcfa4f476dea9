import AnteroomAPI
import NIOCore

/// What became of reading so far.
enum Reading<Value> {
  case incomplete
  case complete(Value)
  case refused(TransportRefusal)
}

/// Reads one request's head as its bytes arrive, line by line, and holds no more of it than the limits allow.
struct HeadReader {
  private let limits: HTTPLimits
  private var lines = LineReader()
  private var line: RequestLine?
  private var headers: [(name: String, value: String)] = []
  private var headerBytes = 0
  private var skippedEmptyLine = false

  init(limits: HTTPLimits) {
    self.limits = limits
  }

  mutating func read(_ input: inout ByteBuffer) -> Reading<RequestHead> {
    while true {
      let room = line == nil ? limits.requestLineBytes : limits.headerBytes - headerBytes + 2
      switch lines.next(in: input, atMost: room) {
      case .incomplete: return .incomplete
      case .tooLong: return .refused(.headersTooLarge)
      case .malformed: return .refused(.malformed)
      case .found(let length):
        let finished = take(length, of: input)
        input.moveReaderIndex(forwardBy: length + 2)
        if let finished { return finished }
      }
    }
  }

  /// Takes one line; nil when more are to come.
  private mutating func take(_ length: Int, of input: ByteBuffer) -> Reading<RequestHead>? {
    let bytes = input.readableBytesUInt8Span.extracting(0..<length)
    guard let line else {
      // One empty line before a request is forgiven (RFC 9112, section 2.2), a stream of them is not.
      if bytes.isEmpty, !skippedEmptyLine {
        skippedEmptyLine = true
        return nil
      }
      line = RequestLine(bytes)
      return line == nil ? .refused(.malformed) : nil
    }
    if bytes.isEmpty {
      guard let head = RequestHead(line: line, headers: headers) else { return .refused(.malformed) }
      return .complete(head)
    }
    headerBytes += length + 2
    guard headerBytes <= limits.headerBytes, headers.count < limits.headerCount else {
      return .refused(.headersTooLarge)
    }
    guard let field = HeadReader.field(bytes) else { return .refused(.malformed) }
    if headers.isEmpty { headers.reserveCapacity(12) }
    headers.append(field)
    return nil
  }

  /// A line that begins with white space goes on with the one before (obsolete folding): its first byte is no token.
  static func field(_ line: Span<UInt8>) -> (name: String, value: String)? {
    for index in line.indices where line[index] == UInt8(ascii: ":") {
      guard let name = HeaderText.name(line.extracting(0..<index)),
        let value = HeaderText.value(line.extracting((index + 1)...))
      else { return nil }
      return (name, value)
    }
    return nil
  }
}
