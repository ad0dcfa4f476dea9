import NIOCore

/// Finds the next line that ends in CR LF. A CR or an LF alone and a NUL are refused wherever they stand: what one
/// reader takes for a line end and another does not is how a header is smuggled into a value.
struct LineReader {
  enum Line {
    /// The next `length` readable bytes are a line, and two more are its end.
    case found(length: Int)
    case incomplete
    case tooLong
    case malformed
  }

  // Bytes of the unfinished line that were looked at already, so that a client that sends single bytes costs no more
  // than one that sends them together.
  private var scanned = 0

  mutating func next(in input: ByteBuffer, atMost limit: Int) -> Line {
    let bytes = input.readableBytesUInt8Span
    var index = scanned
    while index < bytes.count {
      let byte = bytes[index]
      let afterReturn = index > 0 && bytes[index - 1] == 0x0D
      if byte == 0x0A {
        scanned = 0
        guard afterReturn else { return .malformed }
        return index + 1 > limit ? .tooLong : .found(length: index - 1)
      }
      if afterReturn || byte == 0 { return .malformed }
      index += 1
      if index > limit { return .tooLong }
    }
    scanned = index
    return .incomplete
  }
}
