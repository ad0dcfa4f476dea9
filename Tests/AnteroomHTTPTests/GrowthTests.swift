import Testing

@testable import AnteroomHTTP

/// A client that never finishes: `opening` and then `unit` again and again.
struct Endless: Sendable, CustomTestStringConvertible {
  let name: String
  let opening: String
  let unit: String
  let refusal: String
  var testDescription: String { name }

  static let head = "POST / HTTP/1.1\r\nHost: a\r\n"
  static let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
  static let all = [
    Endless(name: "a method", opening: "", unit: "A", refusal: "headersTooLarge"),
    Endless(name: "a target", opening: "GET /", unit: "a", refusal: "headersTooLarge"),
    Endless(name: "a header's name", opening: head, unit: "A", refusal: "headersTooLarge"),
    Endless(name: "a header's value", opening: head + "A: ", unit: "b", refusal: "headersTooLarge"),
    Endless(name: "blanks before a value", opening: head + "A:", unit: " ", refusal: "headersTooLarge"),
    Endless(name: "blanks after a value", opening: head + "A: b", unit: "\t", refusal: "headersTooLarge"),
    Endless(name: "headers", opening: head, unit: "A: b\r\n", refusal: "headersTooLarge"),
    Endless(name: "empty headers", opening: head, unit: "A:\r\n", refusal: "headersTooLarge"),
    Endless(
      name: "long headers", opening: head, unit: "A: \(String(repeating: "b", count: 900))\r\n",
      refusal: "headersTooLarge"),
    Endless(name: "zeros of a chunk's size", opening: chunked, unit: "0", refusal: "malformed"),
    Endless(name: "an extension", opening: chunked + "1;a=", unit: "b", refusal: "malformed"),
    Endless(name: "chunks of one byte", opening: chunked, unit: "1\r\na\r\n", refusal: "bodyTooLarge"),
    Endless(
      name: "chunks with extensions", opening: chunked, unit: "1;a=\(String(repeating: "b", count: 200))\r\na\r\n",
      refusal: "bodyTooLarge"),
    Endless(name: "trailers", opening: chunked + "0\r\n", unit: "A: b\r\n", refusal: "headersTooLarge"),
    Endless(name: "a trailer", opening: chunked + "0\r\nA: ", unit: "b", refusal: "headersTooLarge"),
    Endless(name: "a huge chunk", opening: chunked + "fffffffff\r\n", unit: "a", refusal: "bodyTooLarge"),
    Endless(
      name: "a huge length", opening: head + "Content-Length: 99999999999999999999\r\n\r\n", unit: "a",
      refusal: "bodyTooLarge"),
    Endless(name: "empty lines", opening: "", unit: "\r\n", refusal: "malformed"),
  ]
}

@Suite(.serialized) struct GrowthTests {
  /// One read of the connection; what is refused at its end was held until then.
  private static let piece = 512

  @Test(arguments: Endless.all)
  func `what never ends is refused, and held no further than the limits`(endless: Endless) async {
    await Task.yield()
    let limits = HTTPLimits()
    var bytes = Array(endless.opening.utf8)
    let unit = Array(endless.unit.utf8)
    let most = endless.name == "chunks with extensions" ? 16_000_000 : 800_000
    while bytes.count < most { bytes += unit }
    var pieces: [ArraySlice<UInt8>] = []
    for start in stride(from: 0, to: bytes.count, by: Self.piece) {
      pieces.append(bytes[start..<min(start + Self.piece, bytes.count)])
    }
    let reading = OurReading(pieces, limits: limits, measured: true)
    #expect(reading.ending == .refused(endless.refusal))
    let line = max(limits.requestLineBytes, limits.headerBytes) + Self.piece
    #expect(reading.mostHeld <= limits.bodyBytes + line)
    #expect(reading.mostReserved <= limits.bodyBytes + 64)
  }

  @Test(arguments: 301...304)
  func `nothing that arrives in pieces is held beyond the limits`(seed: Int) async {
    var small = HTTPLimits()
    small.bodyBytes = 64
    small.headerBytes = 128
    small.requestLineBytes = 64
    var maker = RequestMaker(seed: UInt64(seed))
    var refusals: Set<String> = []
    for round in 0..<1500 {
      await Task.yield()
      let reading = OurReading(Cut.single(maker.stream()), limits: small, measured: true)
      // An unfinished line with its end, or a chunk's size line of at most 256 bytes, beside the body.
      #expect(reading.mostHeld <= small.bodyBytes + 256 + 2, "seed \(seed), round \(round)")
      #expect(reading.mostReserved <= small.bodyBytes + 64, "seed \(seed), round \(round)")
      if case .refused(let refusal) = reading.ending { refusals.insert(refusal) }
    }
    #expect(refusals.isSuperset(of: ["bodyTooLarge", "headersTooLarge", "malformed"]))
  }
}
