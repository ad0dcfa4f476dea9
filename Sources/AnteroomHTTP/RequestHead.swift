/// How a request says where its body ends (RFC 9112, section 6).
enum BodyFraming: Equatable {
  case none
  case length(Int)
  case chunked
}

/// A request line and its header fields, checked and understood as far as the transport needs.
struct RequestHead {
  let method: String
  let target: String
  let isHTTP10: Bool
  let headers: [(name: String, value: String)]
  let framing: BodyFraming
  let keepsAlive: Bool
  let expectsContinue: Bool

  /// Nil where two readers could disagree on where the body ends or whom the request is for: that is how requests are
  /// smuggled past a proxy (RFC 9112, sections 3.2, 6.1 and 6.3).
  init?(line: RequestLine, headers: [(name: String, value: String)]) {
    var length: Int?
    var chunked = false
    var hosts = 0
    var close = false
    var keepAlive = false
    var expects = false
    for (name, value) in headers {
      switch name {
      case "content-length":
        guard length == nil, let parsed = RequestHead.contentLength(value) else { return nil }
        length = parsed
      case "transfer-encoding":
        guard !chunked, !line.isHTTP10, value.lowercased() == "chunked" else { return nil }
        chunked = true
      case "host":
        hosts += 1
      case "connection":
        for option in value.lowercased().split(separator: ",") {
          switch RequestHead.trimmed(option) {
          case "close": close = true
          case "keep-alive": keepAlive = true
          case _: break
          }
        }
      case "expect":
        expects = value.lowercased() == "100-continue"
      case _: break
      }
    }
    guard !(chunked && length != nil), hosts <= 1 else { return nil }
    method = line.method
    target = line.target
    isHTTP10 = line.isHTTP10
    self.headers = headers
    framing = chunked ? .chunked : (length ?? 0) == 0 ? .none : .length(length ?? 0)
    keepsAlive = !close && (!line.isHTTP10 || keepAlive)
    expectsContinue = expects && !line.isHTTP10
  }

  /// Digits and nothing else: `+5`, `5, 5` and ` 5` are read differently by different servers. A number too large to
  /// hold is a length all the same, and too large for any limit.
  private static func contentLength(_ value: String) -> Int? {
    guard !value.isEmpty else { return nil }
    var length = 0
    for byte in value.utf8 {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
      length = overflow || tens > Int.max - 9 ? Int.max / 10 : tens + Int(byte - UInt8(ascii: "0"))
    }
    return length
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
