import Glibc

/// Whole files as given by the user, up to one MiB: the daemon takes far less.
enum InputFile {
  private static let limit = 1024 * 1024

  static func standardInput() throws -> [UInt8] { try read(descriptor: 0, "standard input") }

  static func read(_ path: String) throws -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw Failure(.usage, "could not read \(path)", why: unsafe String(cString: strerror(errno)))
    }
    defer { Glibc.close(file) }
    return try read(descriptor: file, path)
  }

  private static func read(descriptor: Int32, _ name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while bytes.count <= limit {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 { bytes.append(contentsOf: chunk[..<count]) } else if errno != EINTR { break }
    }
    throw Failure(.usage, "could not read \(name)", why: "it cannot be read, or it is larger than 1 MiB")
  }
}
