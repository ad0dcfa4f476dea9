import Glibc

/// Bytes of a file as they are asked for: a list may be larger than memory, and a hostile one may have no end.
final class ByteSource {
  /// A line of a list, without its end.
  enum Line: Equatable {
    case text(String)
    case tooLong
    case notUTF8
  }

  private let refill: () throws -> [UInt8]
  private var chunk: [UInt8] = []
  private var index = 0
  /// How many were taken so far.
  private(set) var taken = 0
  /// How many there are; nil where that is not known.
  let total: Int?

  /// - Parameter refill: the next bytes; none at the end
  init(total: Int?, refill: @escaping () throws -> [UInt8]) {
    self.total = total
    self.refill = refill
  }

  convenience init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    self.init(total: bytes.count) {
      defer { rest = rest.dropFirst(7) }
      return Array(rest.prefix(7))
    }
  }

  func peek() throws -> UInt8? {
    if index == chunk.count {
      chunk = try refill()
      index = 0
    }
    return index < chunk.count ? chunk[index] : nil
  }

  func next() throws -> UInt8? {
    guard let byte = try peek() else { return nil }
    index += 1
    taken += 1
    return byte
  }

  /// Passes over these bytes where they come next, as far as they do.
  func skip(_ bytes: [UInt8]) throws {
    for byte in bytes where try peek() == byte { _ = try next() }
  }

  /// A line that is longer may never end, as those of /dev/zero.
  private static let endless = 1024 * 1024

  /// The next line; nil at the end. What is longer than `limit` bytes is passed over, not kept.
  func line(limit: Int) throws -> Line? {
    guard try peek() != nil else { return nil }
    var bytes: [UInt8] = []
    let start = taken
    while let byte = try next(), byte != 0x0A {
      if bytes.count < limit { bytes.append(byte) }
      if taken - start > ByteSource.endless {
        throw Failure(.failed, "the list cannot be read any further", why: "a line is longer than 1 MiB")
      }
    }
    if taken - start > limit + 1 { return .tooLong }
    if bytes.last == 0x0D { bytes.removeLast() }
    return String(validating: bytes, as: UTF8.self).map(Line.text) ?? .notUTF8
  }
}

extension ByteSource {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// A file, or standard input for `-`. It stays open for as long as the program runs.
  static func open(_ path: String) throws -> ByteSource {
    let file = path == "-" ? 0 : unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw ImportFile.unreadable(path, errno) }
    var about = stat()
    let isFile = unsafe fstat(file, &about) == 0 && about.st_mode & S_IFMT == S_IFREG
    return ByteSource(total: isFile ? Int(about.st_size) : nil) {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
        if count >= 0 { return Array(chunk[..<count]) }
        if errno != EINTR { throw ImportFile.unreadable(path, errno, .failed) }
      }
    }
  }
}

enum ImportFile {
  /// As it can be typed in a shell; `./` keeps a name that begins with a dash from being an option.
  private static func quoted(_ path: String) -> String { Advice.shellQuoted(path.hasPrefix("-") ? "./" + path : path) }

  /// - Parameter status: wrong usage where what was named is wrong, before anything was done
  static func unreadable(_ path: String, _ errno: Int32, _ status: Outcome = .usage) -> Failure {
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let next =
      switch errno {
      case ENOENT, ENOTDIR:
        "see what is there: ls " + (parent.isEmpty ? path.hasPrefix("/") ? "/" : "." : quoted(parent))
      case EACCES, EPERM: "run it as a user who may read it; who may says: ls -ld " + quoted(path)
      case _: "see what it is: ls -ld " + quoted(path)
      }
    return Failure(status, "could not read \(path)", why: unsafe String(cString: strerror(errno)), next: next)
  }

  static func isDirectory(_ path: String) -> Bool {
    var about = stat()
    return unsafe stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFDIR
  }

  /// A whole regular file of at most `limit` bytes; nil for what is none, or larger. A link, a pipe or a device where
  /// a file of somebody's account should be is not followed, and not waited for.
  static func small(_ path: String, limit: Int) throws -> [UInt8]? {
    let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { Glibc.close(file) }
    var about = stat()
    guard unsafe fstat(file, &about) == 0, about.st_mode & S_IFMT == S_IFREG, about.st_size <= limit else { return nil }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count <= limit {
      let read = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe Glibc.read(file, memory.baseAddress?.advanced(by: count), memory.count - count)
      }
      if read < 0, errno != EINTR { throw unreadable(path, errno, .failed) }
      if read == 0 { return Array(bytes[..<count]) }
      if read > 0 { count += read }
    }
    return nil
  }

  /// The names in a directory, sorted, so that an import goes the same way each time.
  static func names(in path: String) throws -> [String] {
    guard let directory = unsafe opendir(path) else { throw unreadable(path, errno) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
        unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
