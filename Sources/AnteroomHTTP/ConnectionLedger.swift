import AnteroomAPI
import NIOCore
import Synchronization

/// Who holds how many connections, and which connections there are. Counted per socket and uid: a front end that
/// takes all it may must not lock an operator of the same uid out of the other socket.
final class ConnectionLedger: Sendable {
  /// What a new connection may do.
  enum Standing: Equatable {
    case welcome
    /// Told so, then closed.
    case surplus
    /// Closed without a word: even the telling has a ceiling, or it would be the way to use up all descriptors.
    case flood
  }

  private struct Holder: Hashable {
    let socket: SocketRole
    let uid: UInt32
  }

  private struct State {
    var held: [Holder: Int] = [:]
    var channels: [ObjectIdentifier: any Channel] = [:]
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) {
    self.limit = limit
  }

  /// Every call is matched by one of `leave`.
  func enter(_ channel: any Channel, uid: UInt32, on socket: SocketRole) -> Standing {
    state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      let count = state.held[Holder(socket: socket, uid: uid), default: 0] + 1
      state.held[Holder(socket: socket, uid: uid)] = count
      return count <= limit ? .welcome : count <= limit * 2 ? .surplus : .flood
    }
  }

  func leave(_ channel: any Channel, uid: UInt32, on socket: SocketRole) {
    state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = nil
      let holder = Holder(socket: socket, uid: uid)
      let count = (state.held[holder] ?? 1) - 1
      state.held[holder] = count == 0 ? nil : count
    }
  }

  var isEmpty: Bool { state.withLock { $0.channels.isEmpty && $0.held.isEmpty } }

  var channels: [any Channel] { state.withLock { Array($0.channels.values) } }
}
