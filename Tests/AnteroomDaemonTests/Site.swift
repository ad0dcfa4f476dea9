import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import AnteroomSystem
import Logging
import SecretMemory
import Synchronization

/// The daemon without its sockets: the real parts on a real store, and a clock that is moved by hand.
struct Site: Sendable {
  let composition: Composition
  let clock: HandClock

  init(
    path: String, clock: HandClock = HandClock(), key: UInt8 = 7, groupLimit: Int = 32,
    budgetCeiling: Int = 200_000, _ configure: (inout Configuration) -> Void = { _ in }
  ) throws {
    var configuration = Configuration(cores: 1)
    configuration.storePath = path
    // Not there, and made by nobody: the only audience's key comes from the root key.
    configuration.keyDirectory = path + ".keys"
    configuration.passwords.parameters = try Argon2Parameters(memoryKiB: 19_456, iterations: 2, parallelism: 1)
    configure(&configuration)
    self.clock = clock
    var surroundings = Composition.Surroundings(
      clock: clock, randomness: SystemRandomness(), groupLimit: groupLimit, onFailedCommit: { _ in })
    surroundings.budgetCeiling = budgetCeiling
    composition = try Composition(
      configuration, root: RootKey(material: SecretBytes(copying: [UInt8](repeating: key, count: 32))),
      blockedPasswords: [],
      surroundings: surroundings,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// One request as the HTTP layer would hand it over.
  func ask(
    _ method: String, _ target: String, on socket: SocketRole = .frontend, bearer: String? = nil, body: String? = nil,
    headers: [(name: String, value: String)] = []
  ) async -> Reply {
    var all = headers
    if let bearer { all.append(("authorization", "Bearer " + bearer)) }
    if body != nil { all.append(("content-type", "application/json")) }
    return await composition.api.respond(
      to: Request(
        id: RequestID(random: SystemRandomness().bytes(RequestID.randomByteCount)), socket: socket,
        peer: Peer(uid: SystemUsers.ownUID, gid: 0, pid: 1), method: method, target: target, headers: all,
        body: RequestBody(Array((body ?? "").utf8)), abandoned: Abandonment()))
  }

  func close() async {
    composition.hashing.shutDown()
    await composition.store.close()
  }
}

/// Stands still until it is moved.
final class HandClock: WallClock {
  private let time: Mutex<Instant>

  init(_ start: Instant = Instant(seconds: 1_800_000_000)) { time = Mutex(start) }

  func now() -> Instant { time.withLock { $0 } }
  func advance(seconds: Int) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}
