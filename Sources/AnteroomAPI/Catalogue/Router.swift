/// Finds the endpoint of a method and a path. A literal segment goes before a parameter, so that
/// `/accounts/me/totp` is not taken for an account called `me`.
struct Router: Sendable {
  private enum Part: Sendable {
    case literal([UInt8])
    case parameter(String)

    init(_ segment: Substring) {
      self =
        segment.hasPrefix("{")
        ? .parameter(String(segment.dropFirst().dropLast())) : .literal(Array(segment.utf8))
    }
  }

  private struct Route: Sendable {
    let endpoint: Endpoint
    let method: String
    let parts: [Part]

    /// How many segments are the route's own words; nil where one is not.
    func literals(in path: [UInt8], _ segments: [Range<Int>]) -> Int? {
      var count = 0
      for (part, segment) in zip(parts, segments) {
        guard case .literal(let word) = part else { continue }
        guard word.count == segment.count else { return nil }
        for (index, byte) in word.enumerated() where path[segment.lowerBound + index] != byte { return nil }
        count += 1
      }
      return count
    }
  }

  enum Match: Sendable {
    case endpoint(Endpoint, [String: String])
    /// The path is known, the method is not one of its.
    case methodNotAllowed([String])
    case none
  }

  private let routes: [Int: [Route]]

  init(_ endpoints: [Endpoint]) {
    let all = endpoints.map { endpoint in
      let segments = endpoint.path.split(separator: "/", omittingEmptySubsequences: true)
      return Route(endpoint: endpoint, method: endpoint.method, parts: segments.map(Part.init))
    }
    routes = Dictionary(grouping: all) { $0.parts.count }
  }

  func match(method: String, path: Substring) -> Match {
    guard path.utf8.first == UInt8(ascii: "/") else { return .none }
    let bytes = Array(path.utf8)
    let segments = Router.segments(of: bytes)
    guard let candidates = routes[segments.count] else { return .none }
    var best: (index: Int, literals: Int)?
    var allowed: [String] = []
    for index in candidates.indices {
      guard let literals = candidates[index].literals(in: bytes, segments) else { continue }
      allowed.append(candidates[index].method)
      guard candidates[index].method == method, literals > (best?.literals ?? -1) else { continue }
      best = (index, literals)
    }
    guard let best else { return allowed.isEmpty ? .none : .methodNotAllowed(allowed) }
    let route = candidates[best.index]
    var parameters: [String: String] = [:]
    for (index, part) in route.parts.enumerated() {
      guard case .parameter(let name) = part else { continue }
      guard let value = PercentEncoding.decode(bytes[segments[index]]) else { return .none }
      parameters[name] = value
    }
    return .endpoint(route.endpoint, parameters)
  }

  /// Where the segments lie; what stands before the first slash, which is nothing, is none.
  private static func segments(of path: [UInt8]) -> [Range<Int>] {
    var segments: [Range<Int>] = []
    segments.reserveCapacity(8)
    var start = 1
    for index in 1..<path.count where path[index] == UInt8(ascii: "/") {
      segments.append(start..<index)
      start = index + 1
    }
    segments.append(start..<path.count)
    return segments
  }
}

/// RFC 3986, section 2.1.
enum PercentEncoding {
  /// Nil for a broken escape, and for what is not UTF-8 or holds NUL.
  static func decode(_ bytes: some Sequence<UInt8>) -> String? {
    var output: [UInt8] = []
    var iterator = bytes.makeIterator()
    while let byte = iterator.next() {
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        continue
      }
      guard let high = iterator.next().flatMap(value), let low = iterator.next().flatMap(value) else { return nil }
      output.append(high << 4 | low)
    }
    guard UTF8Check.firstFlaw(in: output.span) == nil else { return nil }
    return String(decoding: output, as: UTF8.self)
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
