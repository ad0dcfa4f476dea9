import Glibc

/// One daemon per store. The lock is the kernel's (flock(2)): it ends with its process however that ends, so a file
/// left behind says nothing. The pid in it is for people.
package final class InstanceLock: Sendable {
  private let descriptor: Int32

  /// Refuses, and names the holder, when another process has the lock.
  package init(path: String, pid: Int32) throws(SetupRefusal) {
    let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard opened >= 0 else { throw InstanceLock.failure(path, "cannot open the lock file") }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      defer { close(opened) }
      guard reason == EWOULDBLOCK else { throw InstanceLock.failure(path, "cannot lock it", reason) }
      let text = (SmallFile.read(opened) ?? "").prefix { $0 != "\n" }
      let holder = Decimal.read(text).map { "process \($0)" } ?? "another process"
      throw SetupRefusal(
        subject: path, problem: "\(holder) is running on the same store",
        remedy: "stop it first, or configure another store")
    }
    let line = Array("\(pid)\n".utf8)
    guard ftruncate(opened, 0) == 0, unsafe pwrite(opened, line, line.count, 0) == line.count else {
      let refusal = InstanceLock.failure(path, "cannot write to it")
      close(opened)
      throw refusal
    }
    descriptor = opened
  }

  // The file stays: a waiting second daemon may have it open, and would lock a file that is no longer at the path.
  // Unlocked by name and not by closing alone: a child between fork and exec holds the descriptor as well.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func failure(_ path: String, _ what: String, _ number: Int32 = errno) -> SetupRefusal {
    SetupRefusal(
      subject: path, problem: "\(what): \(SystemText.error(number))",
      remedy: "see that its directory exists and that the daemon's user may write there")
  }
}
