import Glibc

/// Who is at the other end of a connected Unix socket, as the kernel noted it when the connection was made
/// (`SO_PEERCRED`, unix(7)). Laid out as the kernel's `struct ucred`, which Swift does not see.
///
/// Nothing is ever looked up under the pid: between the connection and the look another process may have it.
package struct PeerCredentials: Hashable, Sendable {
  package let pid: Int32
  package let uid: UInt32
  package let gid: UInt32

  /// The option's number, for those who ask through a library.
  package static let socketOption: Int32 = SO_PEERCRED

  /// Nil when the descriptor is not a connected Unix socket.
  package static func of(_ descriptor: Int32) -> PeerCredentials? {
    var credentials = PeerCredentials(pid: 0, uid: .max, gid: .max)
    var length = socklen_t(MemoryLayout<PeerCredentials>.size)
    let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
    // A socket without a peer answers pid 0 and the id -1.
    guard result == 0, length == MemoryLayout<PeerCredentials>.size, credentials.uid != .max else { return nil }
    return credentials
  }
}
