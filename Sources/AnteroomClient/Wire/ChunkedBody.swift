/// A chunked body as it arrives (RFC 9112 section 7.1); extensions and trailers are passed over.
struct ChunkedBody {
  private enum Stage { case size, data(Int), dataEnd, trailers }

  private static let lineLimit = 4096
  private(set) var bytes: [UInt8] = []
  private var stage = Stage.size

  /// Hands over what was read so far: of a stream nothing is kept.
  mutating func take() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    return taken
  }

  /// Takes what it can from `pending`; true once the last chunk and its trailers are read.
  mutating func read(_ pending: inout [UInt8]) throws(ClientFault) -> Bool {
    var place = 0
    defer { pending.removeFirst(place) }
    while true {
      switch stage {
      case .size:
        guard let line = try line(in: pending, from: &place) else { return false }
        let size = try ChunkedBody.size(line)
        guard bytes.count + size <= ResponseParser.bodyLimit else { throw .answerTooLarge }
        stage = size == 0 ? .trailers : .data(size)
      case .data(let left):
        let taken = min(left, pending.count - place)
        bytes.append(contentsOf: pending[place..<(place + taken)])
        place += taken
        guard taken == left else {
          stage = .data(left - taken)
          return false
        }
        stage = .dataEnd
      case .dataEnd:
        guard let line = try line(in: pending, from: &place) else { return false }
        guard line.isEmpty else { throw .malformedAnswer("a chunk's end") }
        stage = .size
      case .trailers:
        guard let line = try line(in: pending, from: &place) else { return false }
        if line.isEmpty { return true }
      }
    }
  }

  private func line(in pending: [UInt8], from place: inout Int) throws(ClientFault) -> ArraySlice<UInt8>? {
    guard let end = pending[place...].firstIndex(of: 0x0A) else {
      if pending.count - place > ChunkedBody.lineLimit { throw .malformedAnswer("a chunk's line") }
      return nil
    }
    guard end > place, pending[end - 1] == 0x0D else { throw .malformedAnswer("a chunk's line") }
    defer { place = end + 1 }
    return pending[place..<(end - 1)]
  }

  private static func size(_ line: ArraySlice<UInt8>) throws(ClientFault) -> Int {
    let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
    guard (1...8).contains(digits.count) else { throw .malformedAnswer("a chunk's size") }
    var size = 0
    for byte in digits {
      guard let digit = hexDigit(byte) else { throw .malformedAnswer("a chunk's size") }
      size = size << 4 | Int(digit)
    }
    return size
  }
}
