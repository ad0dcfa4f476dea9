/// The status line of an answer and what its headers say about the body's end.
struct ResponseHead {
  let raw: [UInt8]
  let status: Int
  private(set) var length: Int?
  private(set) var isChunked = false
  private(set) var keepsAlive: Bool

  /// 100 Continue and its like: the answer proper is still to come.
  var isInterim: Bool { (100..<200).contains(status) }
  var hasNoBody: Bool { status == 204 || status == 304 }

  init(parsing raw: [UInt8]) throws(ClientFault) {
    self.raw = raw
    // "HTTP/1.1 200 OK"; the reason may be missing.
    guard raw.count >= 12, raw.starts(with: "HTTP/1.".utf8), [UInt8(ascii: "0"), UInt8(ascii: "1")].contains(raw[7]),
      raw[8] == 0x20, raw.count == 12 || raw[12] == 0x20 || raw[12] == 0x0D,
      let status = decimal(raw[9..<12]), (100...599).contains(status), status != 101
    else { throw .malformedAnswer("the status line") }
    self.status = status
    keepsAlive = raw[7] == UInt8(ascii: "1")
    // By hand: splitting would allocate for every answer of a load generator.
    var start = 0
    while start < raw.count {
      let end = raw[start...].firstIndex(of: 0x0A) ?? raw.count
      if end < raw.count, raw[end - 1] != 0x0D || end + 1 == raw.count { throw .malformedAnswer("a line ending") }
      if start > 0 { try readHeader(raw[start..<end]) }
      start = end + 1
    }
    // Either could be meant, and a guess is how one answer becomes two.
    if isChunked, length != nil { throw .malformedAnswer("two lengths") }
    if !isChunked, length == nil, !hasNoBody, !isInterim { keepsAlive = false }
  }

  private mutating func readHeader(_ line: ArraySlice<UInt8>) throws(ClientFault) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      ![0x20, 0x09].contains(line[line.startIndex]), !line.dropLast().contains(0x0D)
    else { throw .malformedAnswer("a header") }
    let name = line[..<colon]
    let value = trimmed(line[(colon + 1)...])
    // Most headers are none of these: the length of the name settles it.
    switch name.count {
    case 14 where sameHeaderName(name, "content-length".utf8):
      guard length == nil, let count = decimal(value) else { throw .malformedAnswer("the length") }
      length = count
    case 17 where sameHeaderName(name, "transfer-encoding".utf8):
      guard !isChunked, sameHeaderName(value, "chunked".utf8) else { throw .malformedAnswer("the encoding") }
      isChunked = true
    case 10 where sameHeaderName(name, "connection".utf8):
      if sameHeaderName(value, "close".utf8) { keepsAlive = false }
      if sameHeaderName(value, "keep-alive".utf8) { keepsAlive = true }
    case _: break
    }
  }
}

/// ASCII digits alone, at most nine of them: `Int` would also take a sign.
func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
  guard (1...9).contains(digits.count) else { return nil }
  var value = 0
  for byte in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    value = value * 10 + Int(byte - UInt8(ascii: "0"))
  }
  return value
}
