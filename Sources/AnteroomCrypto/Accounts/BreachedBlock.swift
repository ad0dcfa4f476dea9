/// The whole lines of one block of a list of breached passwords. Only those that are looked at are read: a lookup takes
/// the first, the last, and about seven between.
struct BreachedBlock {
  /// 40 digits, a colon, ten digits, CR and LF, and some more.
  private static let mostLineBytes = 64

  private let bytes: [UInt8]
  private let path: String
  private let start: Int64
  private let isFileEnd: Bool
  /// Where the first of its lines begins, and where the last one ends.
  let begin: Int
  let end: Int
  let first: SHA1Value
  let last: SHA1Value

  /// What is before the first line break belongs to a line that began before, unless a line begins with the block.
  /// The last line of the file may lack its end; of any other block the last is cut short.
  init(
    _ bytes: [UInt8], of path: String, at start: Int64, isLineStart: Bool, isFileEnd: Bool
  ) throws(BreachedFileFault) {
    var begin = 0
    if !isLineStart {
      guard let lineBreak = bytes.prefix(Self.mostLineBytes).firstIndex(of: 0x0A) else {
        throw .malformed(path: path, offset: start)
      }
      begin = lineBreak + 1
    }
    var end = bytes.count
    if !isFileEnd {
      guard let lineBreak = bytes.suffix(Self.mostLineBytes).lastIndex(of: 0x0A) else {
        throw .malformed(path: path, offset: start)
      }
      end = lineBreak + 1
    }
    guard begin < end else { throw .malformed(path: path, offset: start) }
    (self.bytes, self.path, self.start, self.isFileEnd) = (bytes, path, start, isFileEnd)
    (self.begin, self.end) = (begin, end)
    let span = bytes.span
    let lastStart = Self.lineStart(around: end - 1, in: span, notBefore: begin)
    guard let first = Self.line(at: begin, in: span, isFileEnd: isFileEnd) else {
      throw .malformed(path: path, offset: start + Int64(begin))
    }
    guard let last = Self.line(at: lastStart, in: span, isFileEnd: isFileEnd), last.next == end else {
      throw .malformed(path: path, offset: start + Int64(lastStart))
    }
    (self.first, self.last) = (first.hash, last.hash)
  }

  func contains(_ wanted: SHA1Value) throws(BreachedFileFault) -> Bool {
    let span = bytes.span
    var (low, high) = (begin, end)
    while low < high {
      let place = Self.lineStart(around: low + (high - low) / 2, in: span, notBefore: low)
      guard let line = Self.line(at: place, in: span, isFileEnd: isFileEnd) else {
        throw .malformed(path: path, offset: start + Int64(place))
      }
      if line.hash == wanted { return true }
      if wanted < line.hash { high = place } else { low = line.next }
    }
    return false
  }

  /// Reads all of its lines: each is one, and comes after the one before.
  func checkOrder() throws(BreachedFileFault) {
    let span = bytes.span
    var place = begin
    var before: SHA1Value?
    while place < end {
      let offset = start + Int64(place)
      guard let line = Self.line(at: place, in: span, isFileEnd: isFileEnd) else {
        throw .malformed(path: path, offset: offset)
      }
      if let before, line.hash <= before { throw .unordered(path: path, offset: offset) }
      (before, place) = (line.hash, line.next)
    }
  }

  private struct Line {
    let hash: SHA1Value
    /// Where the next one begins.
    let next: Int
  }

  private static func line(at place: Int, in bytes: Span<UInt8>, isFileEnd: Bool) -> Line? {
    guard let hash = SHA1Value(hexIn: bytes, at: place) else { return nil }
    var next = place + SHA1Value.hexDigits
    guard next < bytes.count, bytes[next] == UInt8(ascii: ":") else { return nil }
    next += 1
    let count = next
    while next < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[next]) { next += 1 }
    guard (1...12).contains(next - count) else { return nil }
    if next < bytes.count, bytes[next] == 0x0D { next += 1 }
    if next == bytes.count { return isFileEnd ? Line(hash: hash, next: next) : nil }
    return bytes[next] == 0x0A ? Line(hash: hash, next: next + 1) : nil
  }

  /// Of the line that this byte is in, its line break too.
  private static func lineStart(around place: Int, in bytes: Span<UInt8>, notBefore low: Int) -> Int {
    var start = place
    while start > low, bytes[start - 1] != 0x0A { start -= 1 }
    return start
  }
}
