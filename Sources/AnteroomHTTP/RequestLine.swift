/// The first line of a request (RFC 9112, section 3): one space between its three parts and none elsewhere.
struct RequestLine {
  let method: String
  let target: String
  let isHTTP10: Bool

  /// `line` without its line end. Nil for anything but upper-case methods, visible ASCII in the target, HTTP/1.0 and 1.1.
  init?(_ line: Span<UInt8>) {
    let space = UInt8(ascii: " ")
    guard let first = RequestLine.index(of: space, in: line, from: 0),
      let second = RequestLine.index(of: space, in: line, from: first + 1),
      (1...32).contains(first), let isHTTP10 = RequestLine.version(line.extracting((second + 1)...))
    else { return nil }
    for index in 0..<first {
      guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(line[index]) || line[index] == UInt8(ascii: "-") else {
        return nil
      }
    }
    for index in (first + 1)..<second {
      guard (0x21...0x7E).contains(line[index]), line[index] != UInt8(ascii: "#") else { return nil }
    }
    guard let method = HeaderText.text(line.extracting(0..<first)),
      let target = RequestLine.origin(HeaderText.text(line.extracting((first + 1)..<second)) ?? "")
    else { return nil }
    // What follows a CONNECT is a tunnel to whoever takes it for one, and a body to whoever does not.
    guard method != "CONNECT" else { return nil }
    self.method = method
    self.target = target
    self.isHTTP10 = isHTTP10
  }

  private static func version(_ text: Span<UInt8>) -> Bool? {
    let expected: StaticString = "HTTP/1."
    guard text.count == 8 else { return nil }
    for index in 0..<7 where unsafe text[index] != expected.utf8Start[index] { return nil }
    switch text[7] {
    case UInt8(ascii: "0"): return true
    case UInt8(ascii: "1"): return false
    case _: return nil
    }
  }

  /// A server must take the absolute form as well (RFC 9112, section 3.2.2); who is named in it means nothing here.
  private static func origin(_ target: String) -> String? {
    if target.utf8.first == UInt8(ascii: "/") || target == "*" { return target }
    for scheme in ["http://", "https://"] where target.hasPrefix(scheme) {
      let rest = target.dropFirst(scheme.count)
      let path = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
      guard path > rest.startIndex, rest[..<path].utf8.allSatisfy(isAuthority) else { return nil }
      if path == rest.endIndex { return "/" }
      return rest[path] == "?" ? "/" + String(rest[path...]) : String(rest[path...])
    }
    return nil
  }

  /// A host's name or address with its port. User information is refused (RFC 9110, section 4.2.4), as is all that
  /// one reader would take for a delimiter.
  private static func isAuthority(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    case _: false
    }
  }

  private static func index(of byte: UInt8, in line: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    while index < line.count {
      if line[index] == byte { return index }
      index += 1
    }
    return nil
  }
}
