import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomSQLite
import AnteroomServices
import AnteroomSystem
import Foundation
import Logging
import SecretMemory

/// The daemon without its sockets on a store in memory, with everybody's account. Many meetings are held in it, one
/// after the other: opening a store takes longer than a meeting.
struct House: Sendable {
  private let composition: Composition
  let clock: MovedClock
  let randomness: SeededRandomness
  private let mint: TokenMint
  private let directory: URL

  static let opening = Instant(seconds: 1_800_000_000)
  /// Longer than anything lasts, and whole minutes: refusals are counted by the minute.
  static let secondsBetweenMeetings = 3 * 86_400
  private static let uids: [Door: UInt32] = [.front: 5001, .side: 5002]

  init() throws {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let place =
      FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    directory = place.appendingPathComponent("anteroom-model-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    var configuration = Configuration(cores: 1)
    configuration.storePath = directory.appendingPathComponent("anteroom.db").path
    configuration.passwords.parameters = try Argon2Parameters(memoryKiB: 19_456, iterations: 2, parallelism: 1)
    configuration.audienceEntries = Door.allCases.map { Audience(name: $0.rawValue, dialect: .anteroom) }
    configuration.frontEnds = Door.allCases.map { door in
      Configuration.FrontEndEntry(
        uid: House.uids[door] ?? 0,
        frontEnd: FrontEnd(
          name: door.rawValue, permissions: Set(Permission.allCases), audiences: [door.rawValue],
          isBelievedOnSource: door == .side, clientKind: nil, link: nil))
    }
    configuration.limits.waitingPerMeeting = Model.waitingCeiling
    // How guessing is slowed down is tested elsewhere.
    configuration.limits.joinFailures = 1000
    clock = MovedClock(House.opening)
    randomness = SeededRandomness()
    let key = [UInt8](repeating: 7, count: 32)
    mint = TokenMint(
      digests: KeyedDigests(root: RootKey(material: SecretBytes(copying: key))), randomness: randomness)
    composition = try Composition(
      configuration, root: RootKey(material: SecretBytes(copying: key)), blockedPasswords: [],
      surroundings: Composition.Surroundings(clock: clock, randomness: randomness, onFailedCommit: { _ in }),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Makes everybody's account: what signing in is about is tested elsewhere.
  func furnish() async throws {
    try await composition.store.write { tx throws(StorageFault) in
      for person in Person.signedUp {
        let isInserted = try tx.insert(
          Account(
            id: House.account(of: person), username: Username(known: "\(person)"),
            displayName: DisplayName(known: "\(person)"), isHost: person == .hana, vouched: person != .uma,
            disabled: false, hasSecondFactor: person == .hana || person == .cora, createdAt: tx.now,
            lastSignInAt: nil, version: 1), salt: [UInt8](repeating: UInt8(person.rawValue), count: 16))
        precondition(isInserted)
      }
    }
    try await composition.sweep.fillLikenesses()
  }

  static func account(of person: Person) -> AccountID {
    AccountID(known: AccountID.prefix + String(repeating: "\(person.rawValue)", count: 26))
  }

  /// The tokens of new sessions, as many for each as `Model.sessionsEach`.
  func sessions() async throws -> [Person: [String]] {
    var tokens: [Person: [String]] = [:]
    var rows: [(Session, Digest)] = []
    for person in Person.signedUp {
      for _ in 0..<Model.sessionsEach {
        let id = SessionID(random: randomness.bytes(SessionID.randomByteCount))
        let minted = mint.mint(.session, name: String(id.text.dropFirst(SessionID.prefix.count)))
        let text = minted.token.text.withBytes { bytes in
          String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
        tokens[person, default: []].append(text)
        let now = clock.now()
        let end = now.adding(seconds: House.secondsBetweenMeetings)
        let isStrong = person == .hana || person == .cora
        rows.append(
          (
            Session(
              id: id, account: House.account(of: person), factors: isStrong ? 2 : 1,
              methods: isStrong ? [.password, .totp] : [.password], createdAt: now, authenticatedAt: now,
              expiresAt: end, idleExpiresAt: end), minted.digest
          ))
      }
    }
    let made = rows
    try await composition.store.write { tx throws(StorageFault) in
      for (session, digest) in made { try tx.insert(session, digest: digest) }
    }
    return tokens
  }

  /// One request as the HTTP layer would hand it over.
  func ask(_ call: Call) async -> Answer {
    var headers: [(name: String, value: String)] = []
    if let bearer = call.bearer { headers.append(("authorization", "Bearer " + bearer)) }
    if call.body != nil { headers.append(("content-type", "application/json")) }
    let reply = await composition.api.respond(
      to: Request(
        id: RequestID(random: randomness.bytes(RequestID.randomByteCount)), socket: .frontend,
        peer: Peer(uid: House.uids[call.door] ?? 0, gid: 0, pid: 1), method: call.method, target: call.target,
        headers: headers, body: RequestBody(Array((call.body ?? "").utf8)), abandoned: Abandonment()))
    return Answer(status: reply.status, body: reply.body)
  }

  /// Looks at what is committed.
  func read<Found: Sendable>(
    _ body: @escaping @Sendable (any Snapshot) throws(StorageFault) -> Found
  ) async throws(StorageFault) -> Found {
    try await composition.store.read(body)
  }

  /// What the daemon does once a second: ends what has ended by itself.
  func sweep() async throws { try await composition.sweep.endDue() }

  func close() async {
    composition.hashing.shutDown()
    await composition.store.close()
    try? FileManager.default.removeItem(at: directory)
  }
}

/// A request that is ready to be made.
struct Call: Sendable {
  let method: String
  let target: String
  let door: Door
  var bearer: String?
  var body: String?
}
