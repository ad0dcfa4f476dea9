import Glibc

/// Why a list of breached passwords cannot be used.
package enum BreachedFileFault: Error, Hashable, Sendable, CustomStringConvertible {
  case unusable(path: String, errno: Int32)
  case notRegular(path: String)
  case empty(path: String)
  /// What begins at this byte is no line `SHA1:COUNT`.
  case malformed(path: String, offset: Int64)
  /// The line that begins at this byte belongs before one that it follows.
  case unordered(path: String, offset: Int64)
  /// It is not as it was when it was opened.
  case changed(path: String)

  package var description: String { "\(problem); \(remedy)" }

  package var problem: String {
    switch self {
    case .unusable(let path, let errno): "\(path) cannot be read: \(unsafe String(cString: strerror(errno)))"
    case .notRegular(let path): "\(path) is not a regular file"
    case .empty(let path): "\(path) holds no line"
    case .malformed(let path, let offset): "\(path) holds no line SHA1:COUNT at byte \(offset)"
    case .unordered(let path, let offset): "\(path) is not ordered by hash, at byte \(offset)"
    case .changed(let path): "\(path) was written to while in use"
    }
  }

  package var remedy: String {
    switch self {
    case .unusable: "let the daemon's user read it"
    case .notRegular, .empty, .malformed, .unordered:
      "put a list there that is ordered by hash, a line SHA1:COUNT for each, as Have I Been Pwned has it"
    case .changed: "put a new list in its place by renaming and reload the configuration"
    }
  }
}
