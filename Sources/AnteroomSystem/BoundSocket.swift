import Glibc
import Synchronization

/// A Unix socket that the daemon itself listens on.
package struct BoundSocket: Hashable, Sendable {
  package let descriptor: Int32
  package let path: String

  private static let backlog: Int32 = 1024
  private static let umaskLock = Mutex(())

  /// Binds and listens. The file has its final mode from its first moment: a mode set afterwards would leave a window
  /// in which anybody connects. A file that an earlier daemon left is removed, once connecting to it was refused; if
  /// somebody answers there, that one is left alone.
  ///
  /// Sets the process's umask for a moment: call it before other threads make files.
  ///
  /// - Parameters:
  ///   - mode: permission bits, 0660 for instance.
  ///   - group: the file's group by name; the process's own when nil.
  package static func bind(path: String, mode: UInt32, group: String?) throws(SetupRefusal) -> BoundSocket {
    guard let address = UnixAddress(path), path.utf8.first == UInt8(ascii: "/") else {
      throw SetupRefusal(
        subject: path, problem: "it is not a path that a socket can have",
        remedy: "give an absolute path of at most 107 bytes")
    }
    var owner: gid_t?
    if let group { owner = try gid(of: group, for: path) }
    try clear(path, address)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure(path, "cannot make a socket") }
    do throws(SetupRefusal) {
      try occupy(path, address, descriptor, mode: mode, gid: owner)
    } catch {
      close(descriptor)
      throw error
    }
    return BoundSocket(descriptor: descriptor, path: path)
  }

  /// Removes the file, so that clients see at once that nobody is there. Call it while the instance lock is held:
  /// afterwards the file may be the next daemon's.
  package func removeFile() { _ = unsafe unlink(path) }

  private static func occupy(
    _ path: String, _ address: UnixAddress, _ descriptor: Int32, mode: UInt32, gid: gid_t?
  ) throws(SetupRefusal) {
    // With another group to come, nobody but the owner gets in until it is set.
    let first = gid == nil ? mode : mode & 0o700
    // The umask is the process's: two at once would leave each other's behind.
    let (bound, reason) = umaskLock.withLock { _ in
      let before = umask(mode_t(~first & 0o777))
      defer { umask(before) }
      return (unsafe address.withPointer { unsafe Glibc.bind(descriptor, $0, $1) }, errno)
    }
    guard bound == 0 else { throw failure(path, "cannot bind", reason) }
    if let gid {
      guard unsafe lchown(path, uid_t.max, gid) == 0 else {
        let refusal = failure(path, "cannot give it to its group")
        _ = unsafe unlink(path)
        throw refusal
      }
      guard unsafe chmod(path, mode_t(mode)) == 0 else {
        let refusal = failure(path, "cannot set its mode")
        _ = unsafe unlink(path)
        throw refusal
      }
    }
    guard listen(descriptor, backlog) == 0 else { throw failure(path, "cannot listen") }
  }

  private static func clear(_ path: String, _ address: UnixAddress) throws(SetupRefusal) {
    guard let mode = FileMode.of(path) else { return }
    guard FileMode.isSocket(mode) else {
      throw SetupRefusal(
        subject: path, problem: "something that is not a socket is in the way",
        remedy: "move it, or configure another path", isConfiguration: true)
    }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard probe >= 0 else { throw failure(path, "cannot make a socket") }
    defer { close(probe) }
    // A full backlog must not make the start wait; it is an answer too.
    _ = fcntl(probe, F_SETFL, O_NONBLOCK)
    let result = unsafe address.withPointer { unsafe connect(probe, $0, $1) }
    let reason = errno
    switch (result, reason) {
    case (0, _), (_, EAGAIN), (_, EINPROGRESS):
      throw SetupRefusal(
        subject: path, problem: "another process answers there",
        remedy: "stop it, or configure another path")
    case (_, ECONNREFUSED):
      guard unsafe unlink(path) == 0 else { throw failure(path, "cannot remove the old socket") }
    case (_, ENOENT):
      return
    case _:
      throw failure(path, "cannot tell whether somebody answers there", reason)
    }
  }

  private static func gid(of group: String, for path: String) throws(SetupRefusal) -> gid_t {
    guard let entry = unsafe getgrnam(group) else {
      throw SetupRefusal(
        subject: path, problem: "there is no group “\(group)”",
        remedy: "create it (groupadd --system \(group)), or configure another one", isConfiguration: true)
    }
    return unsafe entry.pointee.gr_gid
  }

  private static func failure(_ path: String, _ what: String, _ number: Int32 = errno) -> SetupRefusal {
    SetupRefusal(
      subject: path, problem: "\(what): \(SystemText.error(number))",
      remedy: "see that its directory exists and that the daemon's user may write there")
  }
}
