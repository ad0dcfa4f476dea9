/// One request, not yet bytes: an operation of the contract with its values.
package struct Call: Sendable {
  package let method: String
  /// Path and query, percent-encoded.
  package let target: String
  package let body: WipedBytes?
  /// Session token or ticket.
  package var bearer: WipedBytes?
  /// Further headers, each a name of ours and a value that is checked when it is sent.
  private var headers: [(name: StaticString, value: String)] = []

  package init(_ method: String, _ target: String, body: WipedBytes? = nil, bearer: WipedBytes? = nil) {
    self.method = method
    self.target = target
    self.body = body
    self.bearer = bearer
  }

  package func with(bearer: WipedBytes?) -> Call {
    var call = self
    call.bearer = bearer
    return call
  }

  /// What must not be done twice carries the same key each time (`Idempotency-Key`).
  package func with(idempotencyKey key: String) -> Call { with("Idempotency-Key", key) }

  /// Where a stream goes on (`Last-Event-ID`); nothing is added for nil.
  package func with(lastEventID id: String?) -> Call { id.map { with("Last-Event-ID", $0) } ?? self }

  private func with(_ name: StaticString, _ value: String) -> Call {
    var call = self
    call.headers.append((name, value))
    return call
  }

  /// The bytes as sent. Throws when a part would end its line early: a token file with a stray line
  /// end must not become a second header.
  package func bytes() throws(ClientFault) -> [UInt8] {
    guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
      throw .malformedRequest("the method must be capital letters")
    }
    guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy(Call.isVisible) else {
      throw .malformedRequest("the path must begin with / and be visible ASCII")
    }
    var output: [UInt8] = []
    output.reserveCapacity(256 + target.utf8.count + (body?.count ?? 0) + (bearer?.count ?? 0))
    output.append(contentsOf: "\(method) \(target) HTTP/1.1\r\nHost: anteroom\r\n".utf8)
    if let bearer {
      guard !bearer.isEmpty, bearer.withBytes({ token in token.indices.allSatisfy { Call.isVisible(token[$0]) } })
      else { throw .malformedRequest("the bearer must be visible ASCII") }
      output.append(contentsOf: "Authorization: Bearer ".utf8)
      bearer.append(to: &output)
      output.append(contentsOf: "\r\n".utf8)
    }
    for header in headers {
      guard !header.value.isEmpty, header.value.utf8.allSatisfy(Call.isVisible) else {
        throw .malformedRequest("\(header.name) must be visible ASCII")
      }
      output.append(contentsOf: "\(header.name): \(header.value)\r\n".utf8)
    }
    if let body {
      output.append(contentsOf: "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n".utf8)
      body.append(to: &output)
    } else if ["POST", "PUT", "PATCH"].contains(method) {
      output.append(contentsOf: "Content-Length: 0\r\n\r\n".utf8)
    } else {
      output.append(contentsOf: "\r\n".utf8)
    }
    return output
  }

  private static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
}

/// A path built from segments and query values, each percent-encoded (RFC 3986).
package struct Target {
  package private(set) var text: String
  private var hasQuery = false

  package init(_ segments: String...) {
    text = "/v1"
    for segment in segments { text += "/" + Target.encoded(segment) }
  }

  /// Nothing is added for nil.
  package func query(_ name: String, _ value: String?) -> Target {
    guard let value else { return self }
    var target = self
    target.text += (hasQuery ? "&" : "?") + name + "=" + Target.encoded(value)
    target.hasQuery = true
    return target
  }

  package func query(_ name: String, _ value: Int?) -> Target { query(name, value.map { String($0) }) }

  private static func encoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
        output.append(byte)
      // A segment of dots alone would climb.
      case UInt8(ascii: ".") where !text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") }):
        output.append(byte)
      case _:
        output.append(UInt8(ascii: "%"))
        output.append(hex[Int(byte >> 4)])
        output.append(hex[Int(byte & 15)])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
