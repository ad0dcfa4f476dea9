/// One complete answer.
package struct Answer: Equatable, Sendable {
  package let status: Int
  /// Status line and headers as received, without the blank line. Read on demand: a load generator
  /// looks at none of them.
  package let head: [UInt8]
  package let body: [UInt8]
  /// False when the daemon ends the connection after this answer.
  package let keepsAlive: Bool

  package init(status: Int, head: [UInt8], body: [UInt8], keepsAlive: Bool) {
    self.status = status
    self.head = head
    self.body = body
    self.keepsAlive = keepsAlive
  }

  package var succeeded: Bool { (200..<300).contains(status) }

  /// The value of the first header of that name, in any case.
  package func header(_ name: String) -> String? {
    for line in head.split(separator: UInt8(ascii: "\n")).dropFirst() {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
        sameHeaderName(line[..<colon], name.utf8)
      else { continue }
      return String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)
    }
    return nil
  }

  package var requestID: String? { header("request-id") }

  package func json() throws(JSONRefusal) -> JSONValue { try JSONReader.read(body) }
}

func sameHeaderName(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
  one.elementsEqual(other) { lowered($0) == lowered($1) }
}

private func lowered(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

/// Without blanks, tabs and the line's carriage return at either end.
func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var slice = bytes
  while let first = slice.first, [0x20, 0x09].contains(first) { slice = slice.dropFirst() }
  while let last = slice.last, [0x20, 0x09, 0x0D].contains(last) { slice = slice.dropLast() }
  return slice
}
