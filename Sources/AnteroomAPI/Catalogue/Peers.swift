package import AnteroomServices
import Synchronization

/// Which process may speak, and as what: decided from the kernel's word about it.
package struct Peers: Sendable {
  /// Whether a group of operators is configured. Who is in it is the kernel's to say: the socket's file is
  /// 0660 for that group alone, and a process shows its further groups nowhere else.
  private let hasAdminGroup: Bool
  private let ownUID: UInt32
  private let byUID: [UInt32: FrontEnd]
  /// Where no front end is configured: whoever the socket's mode lets connect.
  private let anybody: FrontEnd?
  private let console: FrontEnd

  /// `frontEnds` by uid; empty means that the socket's group is trusted with all but accounts and
  /// schedule. `audiences` are all that are configured.
  package init(frontEnds: [UInt32: FrontEnd], audiences: [String], hasAdminGroup: Bool, ownUID: UInt32) {
    byUID = frontEnds
    self.hasAdminGroup = hasAdminGroup
    self.ownUID = ownUID
    let permissions = Set(Permission.allCases)
    anybody =
      frontEnds.isEmpty
      ? FrontEnd(
        name: "frontend", permissions: permissions.subtracting([.accounts, .schedule]), audiences: audiences,
        isBelievedOnSource: false, clientKind: nil, link: nil)
      : nil
    console = FrontEnd(
      name: "admin", permissions: permissions, audiences: audiences, isBelievedOnSource: false, clientKind: nil,
      link: nil)
  }

  /// Whether a front end of that name is configured that may schedule.
  func hasScheduler(_ name: String) -> Bool {
    byUID.values.contains { $0.name == name && $0.permissions.contains(.schedule) }
  }

  /// Who the peer is on this socket; nil for one that may not speak there.
  func frontEnd(_ peer: Peer, on socket: SocketRole) -> FrontEnd? {
    switch socket {
    case .frontend: byUID[peer.uid] ?? anybody
    case .admin: mayOperate(peer) ? console : nil
    }
  }

  private func mayOperate(_ peer: Peer) -> Bool {
    peer.uid == 0 || peer.uid == ownUID || hasAdminGroup
  }
}

/// The peers in force, which a reload may replace.
package final class PeerTable: Sendable {
  private let peers: Mutex<Peers>

  package init(_ peers: Peers) { self.peers = Mutex(peers) }

  package func replace(_ new: Peers) { peers.withLock { $0 = new } }

  func hasScheduler(_ name: String) -> Bool { peers.withLock { $0.hasScheduler(name) } }

  func frontEnd(_ peer: Peer, on socket: SocketRole) -> FrontEnd? {
    peers.withLock { $0.frontEnd(peer, on: socket) }
  }
}
