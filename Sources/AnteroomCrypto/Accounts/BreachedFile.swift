import Glibc

/// A list of breached passwords in the format that Have I Been Pwned gives out: `SHA1:COUNT` a line, ordered by hash,
/// tens of gigabytes of it. It is never read whole, nor mapped: a lookup reads a few blocks at places that it works
/// out, and a file that shrinks under a mapping would end the daemon by a signal.
final class BreachedFile: Sendable {
  /// About ninety lines.
  static let blockBytes = 4096
  /// 40 digits, a colon, ten digits, CR and LF, and some more.
  static let mostLineBytes = 64

  let path: String
  private let descriptor: Int32
  private let size: Int64
  private let written: (seconds: Int, nanoseconds: Int)

  /// Opens it and looks at its ends and at places in between, so that a wrong file stops the start and not somebody
  /// who sets a password next week.
  init(path: String) throws(BreachedFileFault) {
    // Not blocking, so that a named pipe in its place does not hold up the start.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard opened >= 0 else { throw .unusable(path: path, errno: errno) }
    descriptor = opened
    self.path = path
    var status = stat()
    guard unsafe fstat(opened, &status) == 0 else {
      (size, written) = (0, (0, 0))
      throw .unusable(path: path, errno: errno)
    }
    size = Int64(status.st_size)
    written = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    guard size > 0 else { throw .empty(path: path) }
    try checkShape()
  }

  deinit { close(descriptor) }

  /// What a lookup cost: for tests, which hold it to few.
  struct Outcome: Hashable, Sendable {
    let isListed: Bool
    let reads: Int
  }

  func contains(_ wanted: SHA1Value) throws(BreachedFileFault) -> Bool { try look(for: wanted).isListed }

  func look(for wanted: SHA1Value) throws(BreachedFileFault) -> Outcome {
    try checkUnchanged()
    // Lines from `low` on and before `high` are still in question; both are beginnings of lines, or the end.
    var (low, high) = (Int64(0), size)
    var (below, above) = (0.0, 1.0)
    var reads = 0
    while low < high {
      let place = guess(wanted.fraction, low..<high, below...above, after: reads)
      let start = max(low, min(place - Int64(Self.blockBytes / 2), high - Int64(Self.blockBytes)))
      let block = try block(from: start, isLineStart: start == low, upTo: high)
      reads += 1
      if wanted < block.first {
        (high, above) = (block.begin, block.first.fraction)
      } else if block.last < wanted {
        (low, below) = (block.end, block.last.fraction)
      } else {
        return Outcome(isListed: block.hashes.contains(wanted), reads: reads)
      }
    }
    return Outcome(isListed: false, reads: reads)
  }

  /// By how evenly hashes lie, four times: then every other time by halves, so that a list that is not of hashes
  /// costs a few more reads and no more.
  private func guess(
    _ wanted: Double, _ range: Range<Int64>, _ known: ClosedRange<Double>, after reads: Int
  ) -> Int64 {
    let width = Double(range.upperBound - range.lowerBound)
    let span = known.upperBound - known.lowerBound
    let isEven = span > 0 && (known ~= wanted) && (reads < 4 || reads % 2 == 0)
    let share = isEven ? (wanted - known.lowerBound) / span : 0.5
    return range.lowerBound + Int64(width * share)
  }

  private func checkUnchanged() throws(BreachedFileFault) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unusable(path: path, errno: errno) }
    let now = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    guard Int64(status.st_size) == size, now == written else { throw .changed(path: path) }
  }

  /// Its ends and sixty places between, each a block in order, and each block after the one before.
  private func checkShape() throws(BreachedFileFault) {
    let places = 61
    var last: SHA1Value?
    var end = Int64(0)
    for place in 0...places {
      let even = size / Int64(places) * Int64(place)
      let start = max(end, place == places ? size - Int64(Self.blockBytes) : even)
      guard start < size else { return }
      let block = try block(from: start, isLineStart: start == end, upTo: size)
      if let last, block.first <= last { throw .unordered(path: path, offset: block.begin) }
      (last, end) = (block.last, block.end)
    }
  }

  /// The whole lines of one block.
  private struct Block {
    /// Where the first of them begins, and where the last one ends.
    let begin: Int64
    let end: Int64
    let hashes: [SHA1Value]
    let first: SHA1Value
    let last: SHA1Value
  }

  /// Reads one block: what is before its first line break belongs to a line that began before, unless a line begins
  /// where it does.
  private func block(
    from start: Int64, isLineStart: Bool, upTo high: Int64
  ) throws(BreachedFileFault) -> Block {
    let bytes = try read(at: start, Int(min(Int64(Self.blockBytes), high - start)))
    var position = 0
    if !isLineStart {
      guard let lineBreak = bytes.firstIndex(of: 0x0A), lineBreak < Self.mostLineBytes else {
        throw .malformed(path: path, offset: start)
      }
      position = lineBreak + 1
    }
    let begin = start + Int64(position)
    var hashes: [SHA1Value] = []
    while position < bytes.count {
      let rest = bytes[position...]
      let lineBreak = rest.prefix(Self.mostLineBytes).firstIndex(of: 0x0A)
      // The last line of the file may end with it; of any other block the last is cut short.
      if lineBreak == nil && start + Int64(bytes.count) < size && rest.count < Self.mostLineBytes { break }
      let line = bytes[position..<(lineBreak ?? bytes.count)]
      guard let hash = Self.hash(ofLine: line) else {
        throw .malformed(path: path, offset: start + Int64(position))
      }
      if let last = hashes.last, hash <= last { throw .unordered(path: path, offset: start + Int64(position)) }
      hashes.append(hash)
      position = lineBreak.map { $0 + 1 } ?? bytes.count
    }
    guard let first = hashes.first, let last = hashes.last else { throw .malformed(path: path, offset: start) }
    return Block(begin: begin, end: start + Int64(position), hashes: hashes, first: first, last: last)
  }

  private static func hash(ofLine line: ArraySlice<UInt8>) -> SHA1Value? {
    let text = line.last == 0x0D ? line.dropLast() : line
    let count = text.dropFirst(SHA1Value.hexDigits + 1)
    guard text.dropFirst(SHA1Value.hexDigits).first == UInt8(ascii: ":"), (1...12).contains(count.count),
      count.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return SHA1Value(hex: text.prefix(SHA1Value.hexDigits))
  }

  private func read(at start: Int64, _ count: Int) throws(BreachedFileFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let more = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor, buffer.baseAddress?.advanced(by: got), count - got, off_t(start) + got)
      }
      if more < 0 {
        if errno == EINTR { continue }
        throw .unusable(path: path, errno: errno)
      }
      if more == 0 { throw .changed(path: path) }
      got += more
    }
    return bytes
  }
}
