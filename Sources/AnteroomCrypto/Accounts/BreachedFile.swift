import Glibc

/// A list of breached passwords in the format that Have I Been Pwned gives out: `SHA1:COUNT` a line, ordered by hash,
/// tens of gigabytes of it. It is never read whole, nor mapped: a lookup reads a few blocks at places that it works
/// out, and a file that shrinks under a mapping would end the daemon by a signal.
final class BreachedFile: Sendable {
  /// About ninety lines.
  static let blockBytes = 4096

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
        (high, above) = (start + Int64(block.begin), block.first.fraction)
      } else if block.last < wanted {
        (low, below) = (start + Int64(block.end), block.last.fraction)
      } else {
        return Outcome(isListed: try block.contains(wanted), reads: reads)
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
      try block.checkOrder()
      if let last, block.first <= last { throw .unordered(path: path, offset: start + Int64(block.begin)) }
      (last, end) = (block.last, start + Int64(block.end))
    }
  }

  private func block(
    from start: Int64, isLineStart: Bool, upTo high: Int64
  ) throws(BreachedFileFault) -> BreachedBlock {
    let bytes = try read(at: start, Int(min(Int64(Self.blockBytes), high - start)))
    let isAtEnd = start + Int64(bytes.count) == size
    return try BreachedBlock(bytes, of: path, at: start, isLineStart: isLineStart, isFileEnd: isAtEnd)
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
