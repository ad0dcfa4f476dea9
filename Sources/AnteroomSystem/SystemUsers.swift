import Glibc

/// What the system says of its users and of itself.
package enum SystemUsers {
  /// The uid that the process acts with.
  package static var ownUID: UInt32 { geteuid() }

  /// The cores that are there.
  package static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The id of a group by its name; nil where there is none.
  package static func groupID(named name: String) -> UInt32? {
    var entry = unsafe Glibc.group()
    var buffer = [CChar](repeating: 0, count: 65_536)
    var found: UnsafeMutablePointer<Glibc.group>?
    let status = unsafe getgrnam_r(name, &entry, &buffer, buffer.count, &found)
    guard status == 0, unsafe found != nil else { return nil }
    return unsafe entry.gr_gid
  }
}
