import Glibc

/// The address of a Unix socket (unix(7)): a path, or after `@` a name in the abstract space.
struct UnixAddress {
  private var address = sockaddr_un()
  private let length: socklen_t

  /// Nil when the path is empty, holds a NUL, or is longer than the 107 bytes that an address holds.
  init?(_ path: String) {
    var bytes = Array(path.utf8)
    let isAbstract = bytes.first == UInt8(ascii: "@")
    guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
    if isAbstract { bytes[0] = 0 }
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard bytes.count <= room else { return nil }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    // The length says where an abstract name ends; a path ends at its NUL, which is counted.
    let header = MemoryLayout<sa_family_t>.size
    length = socklen_t(header + bytes.count + (isAbstract ? 0 : 1))
  }

  /// For bind, connect and sendto; the pointer is valid during the call only.
  @unsafe func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }
}
