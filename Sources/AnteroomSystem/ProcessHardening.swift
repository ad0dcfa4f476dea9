import CProcess
import Glibc

/// What the process does to itself before it holds a secret.
package enum ProcessHardening {
  /// No core dumps, no ptrace by the same user, and files that nobody else reads.
  package static func apply() throws(SetupRefusal) {
    umask(0o077)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0, anteroom_forbid_dumping() == 0 else {
      throw SetupRefusal(
        subject: "this process", problem: "core dumps cannot be switched off: \(SystemText.error(errno))",
        remedy: "allow prctl and setrlimit in the unit's SystemCallFilter=")
    }
  }

  /// Lets the heap keep what it freed: a group of joins takes and frees some MiB many times a second, and to
  /// give that back and fault it in again costs a sixth of the processor time.
  package static func keepHeap() { _ = anteroom_keep_heap(64 << 20) }

  package static var isDumpable: Bool { anteroom_is_dumpable() != 0 }

  /// Whether uids mean here what they mean outside. In a user namespace (`PrivateUsers=`, a rootless container) a
  /// peer from outside reads as 65534, and a rule by uid would take all of them for one.
  ///
  /// - Parameter uidMap: the text of /proc/self/uid_map (user_namespaces(7)); outside any namespace it maps all
  ///   ids to themselves.
  package static func isInUserNamespace(uidMap: String) -> Bool {
    let numbers = uidMap.split { $0 == " " || $0 == "\t" || $0 == "\n" }.map { Decimal.read($0) }
    return numbers != [0, 0, 4_294_967_295]
  }

  /// Reads this process's own map. One that cannot be read is taken for a namespace: then rules by uid are refused.
  package static func isInUserNamespace() -> Bool {
    guard let map = SmallFile.read("/proc/self/uid_map") else { return true }
    return isInUserNamespace(uidMap: map)
  }
}
