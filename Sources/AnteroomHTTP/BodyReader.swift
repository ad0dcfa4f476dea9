import AnteroomAPI
import NIOCore

/// Puts one body together. It is copied once, into memory that is never moved while it fills, so that no forgotten
/// copy of a password stays behind; whoever gives up on it calls `wipe`.
struct BodyReader {
  private enum State {
    case fixed(remaining: Int)
    case chunkSize
    case chunk(remaining: Int)
    case chunkEnd
    case trailer
  }

  // A chunk's size with whatever extension follows it; extensions are allowed and mean nothing.
  private static let sizeLineBytes = 256

  /// Fields that say where a message ends or what becomes of the connection (RFC 9110, section 6.5.1).
  private static let neverTrailers: Set<String> = [
    "connection", "content-length", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
    "upgrade",
  ]

  private let limits: HTTPLimits
  private var state: State
  private var bytes: [UInt8] = []
  private var lines = LineReader()
  private var trailers = 0
  private var trailerBytes = 0

  init(framing: BodyFraming, limits: HTTPLimits) {
    self.limits = limits
    switch framing {
    case .none: state = .fixed(remaining: 0)
    case .length(let length):
      state = .fixed(remaining: length)
      bytes.reserveCapacity(length)
    case .chunked:
      state = .chunkSize
      bytes.reserveCapacity(limits.bodyBytes)
    }
  }

  mutating func read(_ input: inout ByteBuffer) -> Reading<[UInt8]> {
    while true {
      switch state {
      case .fixed(let remaining):
        let left = copy(remaining, from: &input)
        state = .fixed(remaining: left)
        return left == 0 ? .complete(handOver()) : .incomplete
      case .chunk(let remaining):
        let left = copy(remaining, from: &input)
        state = left == 0 ? .chunkEnd : .chunk(remaining: left)
        if left > 0 { return .incomplete }
      case .chunkSize, .chunkEnd, .trailer:
        switch lines.next(in: input, atMost: lineLimit) {
        case .incomplete: return .incomplete
        case .malformed: return .refused(.malformed)
        case .tooLong: return .refused(isInTrailer ? .headersTooLarge : .malformed)
        case .found(let length):
          let finished = take(length, of: input)
          input.moveReaderIndex(forwardBy: length + 2)
          if let finished { return finished }
        }
      }
    }
  }

  mutating func wipe() {
    for index in bytes.indices { bytes[index] = 0 }
    bytes = []
  }

  private var isInTrailer: Bool {
    if case .trailer = state { true } else { false }
  }

  private var lineLimit: Int {
    switch state {
    case .fixed, .chunk, .chunkSize: BodyReader.sizeLineBytes
    case .chunkEnd: 2
    case .trailer: limits.headerBytes - trailerBytes + 2
    }
  }

  /// Takes one line of the chunked framing (RFC 9112, section 7.1); nil when more is to come.
  private mutating func take(_ length: Int, of input: ByteBuffer) -> Reading<[UInt8]>? {
    let line = input.readableBytesUInt8Span.extracting(0..<length)
    switch state {
    case .chunkSize:
      guard let size = BodyReader.chunkSize(line) else { return .refused(.malformed) }
      guard size <= limits.bodyBytes - bytes.count else { return .refused(.bodyTooLarge) }
      state = size == 0 ? .trailer : .chunk(remaining: size)
      return nil
    case .chunkEnd:
      state = .chunkSize
      return line.isEmpty ? nil : .refused(.malformed)
    case .trailer:
      if line.isEmpty { return .complete(handOver()) }
      trailers += 1
      trailerBytes += length + 2
      guard trailers <= limits.headerCount, trailerBytes <= limits.headerBytes else {
        return .refused(.headersTooLarge)
      }
      // Trailers are read and dropped: a field that comes after the body must not count as a header. Those that other
      // readers let count all the same, for the length or for the connection, are refused.
      guard let field = HeadReader.field(line), !BodyReader.neverTrailers.contains(field.name) else {
        return .refused(.malformed)
      }
      return nil
    case .fixed, .chunk:
      return .refused(.malformed)
    }
  }

  /// Hexadecimal digits, then nothing or an extension.
  private static func chunkSize(_ line: Span<UInt8>) -> Int? {
    var size = 0
    var digits = 0
    for index in line.indices {
      let byte = line[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      case UInt8(ascii: ";"):
        return digits > 0 && ChunkExtensions.areWellFormed(line.extracting(index...)) ? size : nil
      case _: return nil
      }
      digits += 1
      guard digits <= 12 else { return nil }
      size = size << 4 | Int(digit)
    }
    return digits == 0 ? nil : size
  }

  /// Copies what is there, at most `count` bytes; returns how many are still missing.
  private mutating func copy(_ count: Int, from input: inout ByteBuffer) -> Int {
    let available = min(count, input.readableBytes)
    guard available > 0 else { return count }
    unsafe input.withUnsafeReadableBytes { source in
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[..<available]))
    }
    input.moveReaderIndex(forwardBy: available)
    return count - available
  }

  private mutating func handOver() -> [UInt8] {
    var whole: [UInt8] = []
    swap(&whole, &bytes)
    return whole
  }
}
