import Glibc

/// Users of this machine, wherever they are kept (nsswitch.conf(5)).
enum SystemUser {
  enum Lookup: Hashable {
    case found(UInt32)
    case unknown
    /// A directory that does not answer, for instance: nobody knows whether there is such a user.
    case failed(String)
  }

  static func uid(of name: String) -> Lookup {
    guard isAccountName(name) else { return .unknown }
    var size = 4096
    while true {
      var record = unsafe passwd()
      var result: UnsafeMutablePointer<passwd>?
      var buffer = [CChar](repeating: 0, count: size)
      let code = unsafe getpwnam_r(name, &record, &buffer, buffer.count, &result)
      switch code {
      case 0: return unsafe result == nil ? .unknown : .found(record.pw_uid)
      // getpwnam(3): also ways to say that there is none.
      case ENOENT, ESRCH: return .unknown
      case EINTR: continue
      case ERANGE where size < 1024 * 1024: size *= 4
      default: return .failed(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)")
      }
    }
  }
}
