import NIOHTTP1
import Testing

@testable import AnteroomHTTP

/// Our reading of requests, held against llhttp's. The law: what ours accepts, llhttp accepts too, with the same
/// method, target, headers and body, and ends it at the same byte. Ours may refuse more, and does.
///
/// What is permitted to differ, and why no request can be smuggled through it:
/// - A method that llhttp has no name for is its refusal and not ours: the endpoint answers it with 405, and the
///   request ends where it says, whatever its method.
/// - A method of another protocol that llhttp reads as well (`PRI`, `SOURCE`, RTSP's) is refused by it in HTTP/1.1.
/// - llhttp takes `Proxy-Connection` for `Connection`, which no standard says, and reads nothing after its `close`.
/// - A tab behind the value of a framing field is white space (RFC 9110, section 5.5), and refused by llhttp there alone.
/// - The absolute form of a target is compared by its path, which is all that ours hands on.
/// - Names in another case and white space around a value are no difference (RFC 9110, section 5).
/// - Trailers are read and dropped by ours, and kept apart by llhttp: they are headers to neither.
/// - After a request that asks for another protocol NIO's decoder reads no more, where a server that ignores
///   `Upgrade`, as ours does, goes on (RFC 9110, section 7.8). That request itself must be the same to both.
/// - llhttp says no at the first wrong byte, ours at the end of the line: while ours asks for more it accepted nothing.
/// One after the other, and yielding: these need a processor, and servers under test beside them need their turn.
@Suite(.serialized) struct DifferentialTests {
  /// Why `ours` breaks the law; nil when it holds.
  static func breach(
    _ ours: OurReading, _ referee: Referee, of bytes: [UInt8], byByte: Bool = false
  ) -> String? {
    for (index, message) in ours.messages.enumerated() {
      guard index < referee.messages.count else {
        if isPermitted(message, referee, bytes) { return nil }
        return "accepted what llhttp refuses (\(referee.error.map { "\($0)" } ?? "waiting")): \(message)"
      }
      let other = referee.messages[index]
      guard message == other else { return "read otherwise: \(message) and \(other)" }
      if byByte, ours.ends[index] != referee.ends[index] {
        return "ends at \(ours.ends[index]), for llhttp at \(referee.ends[index])"
      }
    }
    if ours.ending == .open, referee.messages.count > ours.messages.count {
      return "waits for more where llhttp has a request: \(referee.messages[ours.messages.count])"
    }
    return nil
  }

  private static let otherProtocols: Set<String> = [
    "PRI", "SOURCE", "DESCRIBE", "ANNOUNCE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "RECORD", "REDIRECT", "FLUSH",
  ]

  /// Whether llhttp may refuse `message`, or never have come to it.
  private static func isPermitted(_ message: Message, _ referee: Referee, _ bytes: [UInt8]) -> Bool {
    if referee.stopsForUpgrade { return true }
    switch referee.error as? HTTPParserError {
    case .invalidMethod?: return true
    case .invalidVersion?, .invalidConstant?: return otherProtocols.contains(message.method)
    case .invalidContentLength?, .unknown?: return hasTabBehindFraming(bytes)
    case .closedConnection?: return referee.obeysProxyConnection
    case _: return false
    }
  }

  private static func hasTabBehindFraming(_ bytes: [UInt8]) -> Bool {
    bytes.split(separator: 0x0A).contains { line in
      let text = String(decoding: line, as: UTF8.self).lowercased()
      return text.hasSuffix("\t\r") && ["content-length:", "transfer-encoding:"].contains { text.hasPrefix($0) }
    }
  }

  @Test(arguments: 1...8)
  func `what ours accepts llhttp accepts alike`(seed: Int) async {
    var maker = RequestMaker(seed: UInt64(seed))
    var accepted = 0
    var chunked = 0
    var refused = 0
    var closed = 0
    for round in 0..<4000 {
      await Task.yield()
      let bytes = maker.stream()
      let ours = OurReading(Cut.whole(bytes))
      if let breach = Self.breach(ours, Referee(Cut.whole(bytes)), of: bytes) {
        Issue.record(
          "seed \(seed), round \(round): \(breach)\n\(String(decoding: bytes, as: UTF8.self).debugDescription)")
      }
      accepted += ours.messages.count
      chunked += ours.chunked
      closed += ours.ending == .closed ? 1 : 0
      if case .refused = ours.ending { refused += 1 }
    }
    // A generator whose requests are all refused would prove nothing.
    #expect(
      accepted > 2000 && chunked > 300 && refused > 1000 && closed > 100, "\(accepted) \(chunked) \(refused) \(closed)")
  }

  @Test(arguments: 101...104)
  func `the end of each request is the same byte for both`(seed: Int) async {
    var maker = RequestMaker(seed: UInt64(seed))
    for round in 0..<400 {
      await Task.yield()
      let bytes = maker.stream()
      let pieces = Cut.single(bytes)
      if let breach = Self.breach(OurReading(pieces), Referee(pieces), of: bytes, byByte: true) {
        Issue.record(
          "seed \(seed), round \(round): \(breach)\n\(String(decoding: bytes, as: UTF8.self).debugDescription)")
      }
    }
  }

  @Test(arguments: 201...204)
  func `however the bytes are cut the reading is the same`(seed: Int) async {
    var maker = RequestMaker(seed: UInt64(seed))
    var cuts = SplitMix64(seed: UInt64(seed))
    for round in 0..<2000 {
      await Task.yield()
      let bytes = maker.stream()
      let whole = OurReading(Cut.whole(bytes))
      let cut = round % 4 == 0 ? Cut.single(bytes) : Cut.anywhere(bytes, &cuts)
      #expect(
        OurReading(cut) == whole,
        "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }
}
