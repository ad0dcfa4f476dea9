import Glibc

/// The files of a configuration on disk.
enum ConfigurationFile {
  /// Nobody writes one this long by hand; something else was named.
  private static let largest = 1024 * 1024

  /// The text of a file that nobody but root and the daemon's own user may change. Nil after a mistake.
  static func read(_ path: String, _ mistakes: MistakeList) -> String? {
    let whole = ConfigurationSpot(file: path, line: nil)
    // Not blocking: a named pipe would keep the start waiting.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      mistakes.add(whole, "it cannot be read: \(errorText(errno))", "make it readable, or name another with --config")
      return nil
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      mistakes.add(whole, "it is not a regular file", "name a TOML file with --config")
      return nil
    }
    judgeOwner(status, of: whole, mistakes)
    guard let bytes = bytes(of: descriptor), bytes.count <= largest else {
      mistakes.add(whole, "it cannot be read, or is larger than 1 MiB", "name a TOML file with --config")
      return nil
    }
    return text(of: bytes, at: path, mistakes)
  }

  /// Why a file that the configuration names cannot be read, to stand after its path; nil where it can.
  static func problem(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return "cannot be read: \(errorText(errno))" }
    defer { close(descriptor) }
    var status = stat()
    let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    return isFile ? nil : "is not a regular file"
  }

  /// `conf.d/*.toml` beside a file, in the byte order of their names. Hidden ones are an editor's.
  static func additions(beside path: String, _ mistakes: MistakeList) -> [String] {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let folder = directory + "conf.d"
    guard let stream = unsafe opendir(folder) else {
      if errno != ENOENT {
        mistakes.add(
          ConfigurationSpot(file: folder, line: nil), "it cannot be read: \(errorText(errno))",
          "make it a directory that the daemon may read, or remove it")
      }
      return []
    }
    defer { unsafe closedir(stream) }
    var status = stat()
    if unsafe fstat(dirfd(stream), &status) == 0 {
      // Whoever may write here may add a file.
      judgeOwner(status, of: ConfigurationSpot(file: folder, line: nil), mistakes)
    }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name.hasSuffix(".toml") && !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(folder)/\($0)" }
  }

  /// Whoever may write the configuration decides who may ask for what: it is as good as an operator.
  private static func judgeOwner(_ status: stat, of spot: ConfigurationSpot, _ mistakes: MistakeList) {
    if status.st_mode & S_IWOTH != 0 {
      mistakes.add(spot, "everybody on this machine may write to it", "take that away: chmod o-w \(spot.file)")
    }
    if status.st_uid != 0 && status.st_uid != geteuid() {
      mistakes.add(
        spot, "it belongs to uid \(status.st_uid), which is neither root nor the daemon's own user",
        "give it to root: chown root \(spot.file)")
    }
  }

  private static func bytes(of descriptor: Int32) -> [UInt8]? {
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while all.count <= largest {
      let count = unsafe Glibc.read(descriptor, &part, part.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { break }
      all += part[..<count]
    }
    return all
  }

  /// UTF-8 without NUL: the parser would take one for the end, and what stands after it would not count.
  private static func text(of bytes: [UInt8], at path: String, _ mistakes: MistakeList) -> String? {
    if let end = bytes.firstIndex(of: 0) {
      let line = bytes[..<end].count { $0 == .newline } + 1
      mistakes.add(ConfigurationSpot(file: path, line: line), "there is a NUL byte", "write plain TOML in UTF-8")
      return nil
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      mistakes.add(ConfigurationSpot(file: path, line: badLine(bytes)), "it is not UTF-8", "write plain TOML in UTF-8")
      return nil
    }
    return text
  }

  private static func badLine(_ bytes: [UInt8]) -> Int? {
    let lines = bytes.split(separator: .newline, omittingEmptySubsequences: false)
    return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
  }

  private static func errorText(_ number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
  }
}
