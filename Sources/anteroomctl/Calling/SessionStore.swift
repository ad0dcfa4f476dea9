import AnteroomClient
import Glibc

/// Keeps the token of `login`, one file per socket, readable by its owner alone. Whoever reads the
/// file is the host until the session ends, so a file that others could have read or written is not
/// used.
struct SessionStore {
  let socket: String
  /// Where programs of this user keep state; nil for a user without a home.
  let stateHome: String?

  init(socket: String, stateHome: String? = SessionStore.stateHome()) {
    self.socket = socket
    self.stateHome = stateHome
  }

  /// Nil when nobody is signed in here, which is so for a user without a home as well.
  func read() throws -> WipedBytes? {
    guard stateHome != nil else { return nil }
    let path = try path()
    let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if file < 0, errno == ENOENT { return nil }
    guard file >= 0 else { throw unsafeState(path, "it cannot be opened") }
    defer { Glibc.close(file) }
    try check(file, path, type: S_IFREG)
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
    guard count > 0 else { throw unsafeState(path, "it is empty") }
    defer { wipe(&bytes) }
    return WipedBytes(Array(bytes[..<count].prefix { $0 != 0x0A }))
  }

  /// Written beside and renamed: a reader sees the old token or the new one.
  func write(_ token: WipedBytes) throws {
    let path = try path(creating: true)
    let temporary = path + ".new"
    _ = unsafe unlink(temporary)
    let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw unsafeState(temporary, "it cannot be created") }
    let count = token.withBytes { unsafe $0.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) } }
    let synced = fsync(file)
    Glibc.close(file)
    guard count == token.count, synced == 0, unsafe rename(temporary, path) == 0 else {
      _ = unsafe unlink(temporary)
      throw unsafeState(path, "it cannot be written")
    }
  }

  /// Before anything is done that ends with a session: one that cannot be kept is better not begun.
  func prepare() throws { _ = try path(creating: true) }

  func remove() throws { _ = unsafe unlink(try path()) }

  private func path(creating: Bool = false) throws -> String {
    let directory = try directory(creating: creating)
    let name = try SessionStore.name(socket)
    if unsafe access(directory, F_OK) == 0 {
      let opened = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard opened >= 0 else { throw unsafeState(directory, "it is no directory of one's own") }
      defer { Glibc.close(opened) }
      try check(opened, directory, type: S_IFDIR)
    }
    return directory + "/" + name
  }

  /// One file name for one socket path, by a reversible encoding: two sockets never share a token.
  static func name(_ socket: String) throws -> String {
    var absolute = socket
    if !absolute.hasPrefix("/"), let here = unsafe getcwd(nil, 0) {
      defer { unsafe free(here) }
      absolute = unsafe String(cString: here) + "/" + absolute
    }
    var name = "session"
    for byte in absolute.utf8 {
      switch byte {
      case UInt8(ascii: "/"): name += "+"
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      case _: name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    guard name.utf8.count <= 250 else { throw Failure(.usage, "the socket's path is too long to keep a session for") }
    return name
  }

  private func directory(creating: Bool) throws -> String {
    guard let stateHome else {
      throw Failure(
        .configuration, "there is no place for a session", why: "neither XDG_STATE_HOME nor HOME is set",
        next: "set HOME to a directory of one's own")
    }
    let directory = stateHome + "/anteroom"
    if creating {
      var path = ""
      for part in directory.split(separator: "/") {
        path += "/" + part
        _ = unsafe mkdir(path, 0o700)
      }
    }
    return directory
  }

  /// The XDG base directory specification takes absolute paths alone.
  static func stateHome() -> String? {
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return state }
    if let home = environment("HOME"), home.hasPrefix("/") { return home + "/.local/state" }
    return nil
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  private func check(_ file: Int32, _ path: String, type: mode_t) throws {
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0, facts.st_mode & S_IFMT == type else {
      throw unsafeState(path, "it is not what it should be")
    }
    guard facts.st_uid == geteuid() else { throw unsafeState(path, "it belongs to somebody else") }
    guard facts.st_mode & 0o077 == 0 else { throw unsafeState(path, "others may use it") }
  }

  private func unsafeState(_ path: String, _ why: String) -> Failure {
    Failure(.configuration, "the session at \(path) is not used", why: why, next: "remove it, then sign in again")
  }
}
