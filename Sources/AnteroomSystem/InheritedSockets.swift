import Glibc

/// The sockets that the service manager listened on and handed over (sd_listen_fds(3)), known by their names.
package struct InheritedSockets: Hashable, Sendable {
  package let frontend: Int32?
  package let admin: Int32?

  // SD_LISTEN_FDS_START
  package static let first: Int32 = 3
  // Nobody hands over more than the two there are; an absurd number must not become a loop.
  private static let most: Int64 = 64

  /// Adopts what the environment announces; nothing when it announces nothing, or to another process. Anything that
  /// is handed over and is not exactly one of the two sockets stops the start: a socket served with rules that were
  /// meant for another one is an open door.
  ///
  /// - Parameters:
  ///   - environment: `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES` of it.
  ///   - adminGroup: the group that the configuration names for the admin socket, which then may be 0660 and must
  ///     be that group's: being let in by the file is what makes an operator.
  ///   - first: the number of the first descriptor.
  package init(
    environment: [String: String], pid: Int32, adminGroup: UInt32?, first: Int32 = InheritedSockets.first
  ) throws(SetupRefusal) {
    var adopted: [String: Int32] = [:]
    for (name, descriptor) in try InheritedSockets.announced(in: environment, pid: pid, first: first) {
      let widest: UInt32
      switch name {
      case "frontend": widest = 0o660
      case "admin": widest = adminGroup != nil ? 0o660 : 0o600
      case _:
        throw SetupRefusal(
          subject: "the socket named “\(name)”", problem: "only “frontend” and “admin” are known",
          remedy: "set FileDescriptorName= in its socket unit to one of them", isConfiguration: true)
      }
      guard adopted.updateValue(descriptor, forKey: name) == nil else {
        throw SetupRefusal(
          subject: "the socket named “\(name)”", problem: "it was handed over twice",
          remedy: "keep one ListenStream= with this name", isConfiguration: true)
      }
      try ListeningSocket.check(
        descriptor, name: name, widest: widest, group: name == "admin" ? adminGroup : nil)
    }
    frontend = adopted["frontend"]
    admin = adopted["admin"]
  }

  private static func announced(
    in environment: [String: String], pid: Int32, first: Int32
  ) throws(SetupRefusal) -> [(name: String, descriptor: Int32)] {
    guard let listening = environment["LISTEN_FDS"] else { return [] }
    // An environment that was passed on by a parent speaks of the parent's descriptors.
    guard let meant = environment["LISTEN_PID"], Decimal.read(meant) == Int64(pid) else { return [] }
    guard let count = Decimal.read(listening), count <= most else {
      throw SetupRefusal(
        subject: "LISTEN_FDS", problem: "“\(listening)” is not a number of sockets",
        remedy: "start the daemon by its socket units or without LISTEN_FDS", isConfiguration: true)
    }
    guard count > 0 else { return [] }
    let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
    guard names.count == Int(count) else {
      throw SetupRefusal(
        subject: "LISTEN_FDNAMES", problem: "\(count) sockets were handed over with \(names.count) names",
        remedy: "set FileDescriptorName=frontend or FileDescriptorName=admin in each socket unit", isConfiguration: true
      )
    }
    return names.enumerated().map { (String($0.element), first + Int32($0.offset)) }
  }
}
