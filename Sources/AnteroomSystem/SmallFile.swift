import Glibc

/// Files that are read whole.
package enum SmallFile {
  /// The first 4 KiB of a file, which is all of it where this is used.
  static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return read(descriptor)
  }

  static func read(_ descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// Whether something is at the path.
  package static func exists(at path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The whole text of a file of at most `limit` bytes; nil when it is longer, cannot be read or is not
  /// UTF-8.
  package static func text(at path: String, limit: Int) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { break }
      guard count > 0, all.count + count <= limit else { return nil }
      all.append(contentsOf: chunk.prefix(count))
    }
    return String(validating: all, as: UTF8.self)
  }
}
