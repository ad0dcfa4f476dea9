package import AnteroomCore
import Synchronization

/// Which of the two sockets a request came through.
package enum SocketRole: String, Sendable {
  case frontend, admin
}

/// Who is at the other end of a connection, as the kernel says (`SO_PEERCRED`), asked once per
/// connection.
package struct Peer: Hashable, Sendable {
  package let uid: UInt32
  package let gid: UInt32
  /// For the log alone: a process id says nothing once its process has ended.
  package let pid: Int32

  package init(uid: UInt32, gid: UInt32, pid: Int32) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
  }
}

/// The bytes of a request's body until the endpoint reads them. Whoever takes them wipes them.
package final class RequestBody: Sendable {
  private let bytes: Mutex<[UInt8]>

  package init(_ bytes: consuming [UInt8]) {
    self.bytes = Mutex(bytes)
  }

  /// Runs `read` over the bytes and overwrites them afterwards: a password may be among them.
  package func consume<R, E: Error>(_ read: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    var taken = bytes.withLock { held in
      var empty: [UInt8] = []
      swap(&held, &empty)
      return empty
    }
    defer { for index in taken.indices { taken[index] = 0 } }
    return try read(taken.span)
  }

  deinit {
    // Refused before it was read: whatever is in it is wiped all the same.
    bytes.withLock { held in for index in held.indices { held[index] = 0 } }
  }

  package var isEmpty: Bool { bytes.withLock { $0.isEmpty } }
}

/// One request as the HTTP layer hands it over: complete, within all limits, and not yet understood.
package struct Request: Sendable {
  package let id: RequestID
  package let socket: SocketRole
  package let peer: Peer
  /// Upper case, as received.
  package let method: String
  /// The request target, path and query, as received.
  package let target: String
  /// Names in lower case, in order; a name may stand more than once.
  package let headers: [(name: String, value: String)]
  package let body: RequestBody
  /// True once the client is gone: nothing needs to be hashed or waited for any more.
  package let abandoned: Abandonment

  package init(
    id: RequestID, socket: SocketRole, peer: Peer, method: String, target: String,
    headers: [(name: String, value: String)], body: RequestBody, abandoned: Abandonment
  ) {
    self.id = id
    self.socket = socket
    self.peer = peer
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.abandoned = abandoned
  }

  /// The value of a header that stands once; nil when it is missing or repeated.
  package func header(_ name: String) -> String? {
    var found: String?
    for header in headers where header.name == name {
      if found != nil { return nil }
      found = header.value
    }
    return found
  }
}

/// Says whether the client of a request has gone away.
package final class Abandonment: Sendable {
  private let flag = Atomic<Bool>(false)
  package init() {}
  package var isAbandoned: Bool { flag.load(ordering: .relaxed) }
  package func abandon() { flag.store(true, ordering: .relaxed) }
}
