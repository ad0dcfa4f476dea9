/// Finds the endpoint of a method and a path. A literal segment goes before a parameter, so that
/// `/accounts/me/totp` is not taken for an account called `me`.
struct Router: Sendable {
  private struct Route: Sendable {
    let endpoint: Endpoint
    let segments: [String]
    let isParameter: [Bool]
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
      let segments = endpoint.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
      return Route(
        endpoint: endpoint, segments: segments.map { $0.hasPrefix("{") ? String($0.dropFirst().dropLast()) : $0 },
        isParameter: segments.map { $0.hasPrefix("{") })
    }
    routes = Dictionary(grouping: all) { $0.segments.count }
  }

  func match(method: String, path: Substring) -> Match {
    guard path.utf8.first == UInt8(ascii: "/") else { return .none }
    let segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let candidates = routes[segments.count] else { return .none }
    var best: (route: Route, literals: Int)?
    var allowed: [String] = []
    for route in candidates {
      guard let literals = literals(route, segments) else { continue }
      allowed.append(route.endpoint.method)
      guard route.endpoint.method == method, literals > (best?.literals ?? -1) else { continue }
      best = (route, literals)
    }
    guard let best else { return allowed.isEmpty ? .none : .methodNotAllowed(allowed) }
    var parameters: [String: String] = [:]
    for (index, segment) in segments.enumerated() where best.route.isParameter[index] {
      guard let value = PercentEncoding.decode(segment) else { return .none }
      parameters[best.route.segments[index]] = value
    }
    return .endpoint(best.route.endpoint, parameters)
  }

  private func literals(_ route: Route, _ segments: [Substring.UTF8View.SubSequence]) -> Int? {
    var literals = 0
    for (index, segment) in segments.enumerated() {
      if route.isParameter[index] { continue }
      guard route.segments[index].utf8.elementsEqual(segment) else { return nil }
      literals += 1
    }
    return literals
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
