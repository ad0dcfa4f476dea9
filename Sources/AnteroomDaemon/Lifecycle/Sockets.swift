import AnteroomAPI
import AnteroomHTTP
import AnteroomSystem

/// The two listening sockets: handed over by the service manager, or bound here.
struct Sockets {
  let listeners: [Listener]
  private let bound: [BoundSocket]

  init(_ configuration: Configuration, environment: [String: String], pid: Int32) throws(SetupRefusal) {
    let sockets = configuration.sockets
    var adminGroup: UInt32?
    if let name = sockets.adminGroup {
      guard let id = SystemUsers.groupID(named: name) else {
        throw SetupRefusal(
          subject: "sockets.admin_group", problem: "there is no group “\(name)”",
          remedy: "create it (groupadd --system \(name)), or name another", isConfiguration: true)
      }
      adminGroup = id
    }
    let inherited = try InheritedSockets(environment: environment, pid: pid, adminGroup: adminGroup)
    var bound: [BoundSocket] = []
    var listeners: [Listener] = []
    if let descriptor = inherited.frontend {
      listeners.append(Listener(descriptor: descriptor, role: .frontend))
    } else {
      let socket = try BoundSocket.bind(path: sockets.frontend, mode: 0o660, group: sockets.groupInForce)
      bound.append(socket)
      listeners.append(Listener(descriptor: socket.descriptor, role: .frontend))
    }
    if let descriptor = inherited.admin {
      listeners.append(Listener(descriptor: descriptor, role: .admin))
    } else {
      let mode: UInt32 = sockets.adminGroup == nil ? 0o600 : 0o660
      let socket = try BoundSocket.bind(path: sockets.admin, mode: mode, group: sockets.adminGroup)
      bound.append(socket)
      listeners.append(Listener(descriptor: socket.descriptor, role: .admin))
    }
    self.bound = bound
    self.listeners = listeners
  }

  /// Takes away the files of those that were bound here; an adopted one is its owner's.
  func remove() {
    for socket in bound { socket.removeFile() }
  }
}

extension Configuration.Sockets {
  /// A group that was named must exist; the default one is left out where it does not.
  fileprivate var groupInForce: String? {
    frontendGroup == Configuration.Sockets.defaultGroup && SystemUsers.groupID(named: Self.defaultGroup) == nil
      ? nil : frontendGroup
  }
}
