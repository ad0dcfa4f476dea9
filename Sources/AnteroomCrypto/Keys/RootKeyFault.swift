/// Why a root key was not read. The daemon does not start: a key that others could have read or put there
/// is worse than none, and a new one in place of a lost one would close every account.
package enum RootKeyFault: Error, Hashable, Sendable, CustomStringConvertible {
  case unusable(path: String, errno: Int32)
  case missing(path: String)
  case symbolicLink(path: String)
  case notRegular(path: String)
  case wrongOwner(path: String, uid: UInt32)
  /// Permission bits beyond those that a key or its directory may have.
  case tooOpen(path: String, mode: UInt32)
  case wrongLength(path: String, bytes: Int)

  package var description: String {
    switch self {
    case .unusable(let path, let errno): "\(path) cannot be used (errno \(errno))"
    case .missing(let path): "\(path) is missing; put the installation's root key there"
    case .symbolicLink(let path): "\(path) is a symbolic link; put the file itself there"
    case .notRegular(let path): "\(path) is not a regular file"
    case .wrongOwner(let path, let uid):
      "\(path) belongs to uid \(uid); give it to the daemon's user or to root"
    case .tooOpen(let path, let mode):
      "\(path) has mode 0\(String(mode, radix: 8)); take the rights of group and others away with chmod"
    case .wrongLength(let path, let bytes):
      "\(path) has \(bytes) bytes, which no key of its kind has; restore it from where keys are kept"
    }
  }
}
