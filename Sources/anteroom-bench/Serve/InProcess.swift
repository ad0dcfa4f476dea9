import AnteroomAPI
import AnteroomClient
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomServices
import AnteroomSystem
import Logging

/// The daemon's composition, and its API without sockets.
struct InProcess {
  let composition: Composition
  let randomness = SystemRandomness()

  static let logger = Logger(label: "anteroom-bench") { _ in
    LineLog(format: .text, level: LogThreshold(.error), clock: SystemClock())
  }

  var api: API { composition.api }
  var store: any Store { composition.store }

  init(_ workplace: Workplace, memoryKiB: Int, iterations: Int, groupLimit: Int) throws {
    var configuration = Configuration(cores: SystemUsers.cores)
    configuration.storePath = workplace.path + "/anteroom.db"
    configuration.keyDirectory = workplace.path + "/keys"
    configuration.passwords.parameters = try Argon2Parameters(
      memoryKiB: memoryKiB, iterations: iterations, parallelism: 1)
    configuration.limits.waitingPerMeeting = 10_000_000
    let randomness = randomness
    composition = try Composition(
      configuration, root: try RootKey.load(directory: configuration.keyDirectory, randomness: randomness),
      blockedPasswords: [],
      surroundings: Composition.Surroundings(
        clock: SystemClock(), randomness: randomness, groupLimit: groupLimit
      ) { fault in InProcess.logger.error("a commit failed", metadata: ["why": "\(fault)"]) },
      logger: InProcess.logger)
  }

  /// What the daemon's housekeeping does each second.
  func sweep() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      try? await composition.sweep.endDue()
    }
  }

  func request(_ socket: SocketRole, _ method: String, _ target: String, _ body: String) -> Request {
    Request(
      id: RequestID(random: randomness.bytes(RequestID.randomByteCount)), socket: socket,
      peer: Peer(uid: SystemUsers.ownUID, gid: 0, pid: 0), method: method, target: target,
      headers: [("host", "anteroom"), ("content-type", "application/json")], body: RequestBody(Array(body.utf8)),
      abandoned: Abandonment())
  }

  func created(_ target: String, _ body: String) async throws -> AnteroomClient.JSONValue {
    let reply = await api.respond(to: request(.admin, "POST", target, body))
    guard reply.status == 201 else {
      throw BenchFailure("\(target): \(reply.status) \(String(decoding: reply.body, as: UTF8.self))")
    }
    return try AnteroomClient.JSONReader.read(reply.body)
  }

  func meeting(_ body: String) async throws -> (id: String, passcode: String) {
    let made = try await created("/v1/meetings", body)
    guard let id = made["meeting"]?["id"]?.text, let passcode = made["passcode"]?.text else {
      throw BenchFailure("a meeting without id or passcode")
    }
    return (id, passcode)
  }

  /// Puts so many meetings into the store, past the API: it would take minutes to ask for each.
  func fill(meetings: Int) async throws {
    guard meetings > 0 else { return }
    let made = try await created("/v1/accounts", #"{"username":"filler","roles":["host"]}"#)
    let host = AccountID(known: made["account"]?["id"]?.text ?? "")
    let randomness = randomness
    for start in stride(from: 0, to: meetings, by: 2000) {
      try await store.write { tx throws(StorageFault) in
        for number in start..<min(start + 2000, meetings) {
          let isInserted = try tx.insert(InProcess.meeting("filled-\(number)", of: host, randomness.bytes(32), tx.now))
          guard case .inserted = isInserted else { throw .unavailable("a meeting's id is taken") }
        }
      }
    }
  }

  private static func meeting(_ id: String, of host: AccountID, _ passcode: [UInt8], _ now: Instant) -> Meeting {
    Meeting(
      id: MeetingID(known: id), external: nil, frontEnd: "admin", kind: .once, title: "Filled", host: host,
      cohosts: [], profile: PolicyBook.startingProfile,
      policy: PolicyBook.standard.effective(profile: PolicyBook.startingProfile, hostProfile: nil, own: [:]), own: [:],
      passcodeKind: .characters,
      passcodeDigest: Digest(passcode), passcodeFailures: 0, state: .open, locked: false, occurrence: 1, epoch: 1,
      tally: .empty, createdAt: now, version: 1)
  }
}
