/// One event of a stream of Server-Sent Events (WHATWG HTML, section 9.2).
package struct ServerEvent: Equatable, Sendable {
  /// The number to resume from; empty where the stream gave none yet.
  package let id: String
  /// `message` where the stream names none.
  package let name: String
  package let data: [UInt8]

  package init(id: String, name: String, data: [UInt8]) {
    self.id = id
    self.name = name
    self.data = data
  }

  package func json() throws(JSONRefusal) -> JSONValue { try JSONReader.read(data) }
}

/// Takes events out of a stream's bytes, however these are cut. It knows no I/O.
package struct ServerEventReader {
  private var line: [UInt8] = []
  private var afterCarriageReturn = false
  private var isFirstLine = true
  private var id = ""
  private var name = ""
  private var data: [UInt8]?

  private let limit: Int

  /// `limit` is how many bytes an event may have; as many as an answer where it is not said.
  package init(limit: Int = ResponseParser.bodyLimit) { self.limit = limit }

  /// The events that these bytes complete. Throws for an event that is too large.
  package mutating func read(_ bytes: some Sequence<UInt8>) throws(ClientFault) -> [ServerEvent] {
    var events: [ServerEvent] = []
    for byte in bytes {
      let follows = afterCarriageReturn
      afterCarriageReturn = byte == 0x0D
      // CR LF is one line's end.
      if byte == 0x0A && follows { continue }
      guard byte == 0x0A || byte == 0x0D else {
        guard line.count + (data?.count ?? 0) < limit else { throw .answerTooLarge }
        line.append(byte)
        continue
      }
      if let event = endLine() { events.append(event) }
    }
    return events
  }

  private mutating func endLine() -> ServerEvent? {
    var text = line[...]
    if isFirstLine, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    isFirstLine = false
    defer { line.removeAll(keepingCapacity: true) }
    if text.isEmpty { return dispatch() }
    take(text)
    return nil
  }

  private mutating func take(_ text: ArraySlice<UInt8>) {
    let colon = text.firstIndex(of: UInt8(ascii: ":"))
    let field = text[..<(colon ?? text.endIndex)]
    var value = colon.map { text[($0 + 1)...] } ?? []
    if value.first == 0x20 { value = value.dropFirst() }
    // A line that begins with a colon has no field: a comment, which keeps the stream alive.
    if field.elementsEqual("data".utf8) {
      if data != nil { data?.append(0x0A) }
      data = (data ?? []) + value
    } else if field.elementsEqual("event".utf8) {
      name = String(decoding: value, as: UTF8.self)
    } else if field.elementsEqual("id".utf8), !value.contains(0) {
      id = String(decoding: value, as: UTF8.self)
    }
  }

  private mutating func dispatch() -> ServerEvent? {
    defer {
      name = ""
      data = nil
    }
    return data.map { ServerEvent(id: id, name: name.isEmpty ? "message" : name, data: $0) }
  }
}
