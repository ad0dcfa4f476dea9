import Glibc

/// What a descriptor that was handed over really is.
enum ListeningSocket {
  /// Refuses anything but a listening Unix stream socket at a path whose file is no wider than `widest` and, where
  /// its group may use it and `group` is given, of that group; makes it close on exec.
  static func check(_ descriptor: Int32, name: String, widest: UInt32, group: UInt32?) throws(SetupRefusal) {
    guard option(SO_DOMAIN, of: descriptor) == AF_UNIX,
      option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue),
      option(SO_ACCEPTCONN, of: descriptor) == 1
    else {
      throw SetupRefusal(
        subject: "the socket named “\(name)” (descriptor \(descriptor))",
        problem: "it is not a listening Unix stream socket",
        remedy: "give its socket unit ListenStream= with a path and Accept=no", isConfiguration: true)
    }
    guard let path = path(of: descriptor) else {
      throw SetupRefusal(
        subject: "the socket named “\(name)” (descriptor \(descriptor))",
        problem: "it has no file, so no mode limits who may connect",
        remedy: "give its socket unit ListenStream= with a path that does not begin with @", isConfiguration: true)
    }
    guard let mode = FileMode.of(path) else {
      throw SetupRefusal(
        subject: path, problem: "the file of the socket named “\(name)” cannot be seen: \(SystemText.error(errno))",
        remedy: "restart the socket unit")
    }
    guard mode & 0o777 & ~widest == 0 else {
      throw SetupRefusal(
        subject: path, problem: "mode \(SystemText.octal(mode)) is wider than \(SystemText.octal(widest))",
        remedy: "set SocketMode=\(SystemText.octal(widest)) in the socket unit “\(name)” and restart it",
        isConfiguration: true)
    }
    if let group, mode & 0o060 != 0, FileMode.group(of: path) != group {
      throw SetupRefusal(
        subject: path, problem: "its group is not the one that the configuration names",
        remedy: "set SocketGroup= in the socket unit “\(name)” to the configured group and restart it",
        isConfiguration: true)
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
  }

  private static func path(of descriptor: Int32) -> String? {
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else { return nil }
    let bytes = unsafe withUnsafeBytes(of: address.sun_path) { unsafe Array($0) }
    let text = bytes.prefix { $0 != 0 }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }
}

enum FileMode {
  /// Type and permission bits of what is at the path itself, not of what a link there points to.
  static func of(_ path: String) -> UInt32? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode : nil
  }

  static func group(of path: String) -> UInt32? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_gid : nil
  }

  static func isSocket(_ mode: UInt32) -> Bool { mode & S_IFMT == S_IFSOCK }
}
