import Synchronization

/// Calls the daemon over one Unix socket, keeping the connection between calls.
package final class Client: Sendable {
  package let socket: String
  private let timeout: Duration
  private let idle = Mutex<Connection?>(nil)

  /// `timeout` bounds each call from sending to the complete answer.
  package init(socket: String, timeout: Duration = .seconds(60)) {
    self.socket = socket
    self.timeout = timeout
  }

  /// Sends one call. An answer of any status is an answer; `Answer.accepted()` turns a refusal into
  /// an error.
  package func send(_ call: Call) async throws(ClientFault) -> Answer {
    var bytes = try call.bytes()
    defer { wipe(&bytes) }
    if let kept = takeIdle() {
      do throws(ClientFault) {
        return try await exchange(bytes, over: kept)
      } catch {
        // The daemon ends idle connections. What reads can be asked again; what changes cannot be
        // known not to have happened.
        guard error == .closed, call.method == "GET" else { throw error }
      }
    }
    return try await exchange(bytes, over: Connection.open(socket))
  }

  package func close() async { await takeIdle()?.close() }

  private func exchange(_ bytes: [UInt8], over connection: Connection) async throws(ClientFault) -> Answer {
    let answer = try await connection.send(bytes, timeout: timeout, wiped: true)
    if answer.keepsAlive { idle.withLock { $0 = connection } } else { await connection.close() }
    return answer
  }

  private func takeIdle() -> Connection? {
    let kept = idle.withLock { $0.take() }
    return kept.flatMap { $0.isOpen ? $0 : nil }
  }
}
