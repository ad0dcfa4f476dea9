import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomServices
import AnteroomSystem

/// The parts of a join by themselves, in this process and without sockets: processor time, not time that passed.
struct JoinParts {
  let plan: Plan
  let workplace: Workplace

  /// One line of the table; an inner line is contained in the outer one above it.
  private struct Line {
    let name: String
    let microseconds: Double
    let isInner: Bool

    init(_ name: String, _ microseconds: Double, isInner: Bool = false) {
      self.name = name
      self.microseconds = microseconds
      self.isInner = isInner
    }
  }

  /// - Parameters:
  ///   - requests: µs of a join that the server's event loop took, over what it took for an echo.
  ///   - writer: likewise the store's writer, which an echo has none of.
  func run(requests: Double, writer: Double) async throws {
    let daemon = try InProcess(
      workplace, memoryKiB: 19 * 1024, iterations: 2, groupLimit: Composition.Surroundings.usualGroup)
    let door = try await door(daemon)
    let before = [
      Line("route, access, strict JSON, an early refusal in place of the reply", try await refusedEarly(daemon, door)),
      Line("of which the JSON reader", json(door), isInner: true),
      Line("keyed digests: passcode, budget, source", keyedDigests(door)),
      Line("ids, ticket and salt from the kernel's randomness", identifiers()),
    ]
    let inside = try await statements(daemon, door)
    let commit = try await commit(daemon)
    JoinParts.table(
      "event loop, beyond an echo's", before, of: requests, rest: "the display name, the reply, suspending and waking")
    JoinParts.table("writer", inside, of: writer, rest: "BEGIN, COMMIT: pages to the log, the sync, checkpoints")
    Report.say(
      "A commit of nothing: \(Figures.text(commit.cpu, 0)) µs of processor time, \(Figures.text(commit.wall, 0)) µs "
        + "until it is on disk.\nAll joins that arrived together share one.")
  }

  private static func table(_ thread: String, _ lines: [Line], of whole: Double, rest: String) {
    Report.say(
      Figures.left("inside \(thread), each part measured by itself", 70) + Figures.right("sum", 9)
        + Figures.right("share", 9))
    let known = lines.reduce(0) { $0 + ($1.isInner ? 0 : $1.microseconds) }
    for line in lines + [Line("what is left: \(rest)", whole - known)] {
      let share = Figures.text(line.microseconds / whole * 100, 0) + " %"
      Report.say(
        Figures.left((line.isInner ? "      " : "  ") + line.name, 70)
          + Figures.right(Figures.text(line.microseconds, 1), 9) + Figures.right(line.isInner ? "" : share, 9))
    }
  }

  private struct Knock: Sendable {
    let meeting: String
    let body: String
    let passcode: String
    var target: String { "/v1/meetings/\(meeting)/joins" }
  }

  private func door(_ daemon: InProcess) async throws -> Knock {
    _ = try await daemon.created("/v1/accounts", #"{"username":"host","roles":["host"]}"#)
    let (meeting, passcode) = try await daemon.meeting(#"{"host":"host","title":"Parts"}"#)
    let body =
      #"{"display_name":"Ada Lovelace","passcode":"\#(passcode)","client":{"kind":"person","name":"web"}}"#
    return Knock(meeting: meeting, body: body, passcode: passcode)
  }

  /// A join that asks for an audience that there is not: read as a whole, and refused before anything is digested.
  private func refusedEarly(_ daemon: InProcess, _ door: Knock) async throws -> Double {
    let body = door.body.dropLast() + #","audience":"nobody"}"#
    let turns = 5000
    let before = Stopwatch.processCPU()
    for _ in 0..<turns {
      let reply = await daemon.api.respond(to: daemon.request(.frontend, "POST", door.target, String(body)))
      guard reply.status == 422 else { throw BenchFailure("\(reply.status) and not 422") }
    }
    return Double(Stopwatch.processCPU() - before) / 1000 / Double(turns)
  }

  private func json(_ door: Knock) -> Double {
    let bytes = Array(door.body.utf8)
    return each(20_000) { _ = try? AnteroomAPI.JSONReader.read(bytes.span, secrets: ["passcode", "ticket"]) }
  }

  private func keyedDigests(_ door: Knock) -> Double {
    let digests = KeyedDigests(root: RootKey(material: SystemRandomness().secret(RootKey.byteCount)))
    let meeting = Array(door.meeting.utf8)
    let passcode = Array(door.passcode.utf8)
    let origin = Array("frontend frontend".utf8)
    return each(20_000) {
      _ = digests.keyed(.passcode, context: door.meeting, passcode.span)
      _ = digests.keyed(.budget, context: "join\u{0}frontend frontend", meeting.span)
      _ = digests.keyed(.source, context: "refusals", origin.span)
    }
  }

  private func identifiers() -> Double {
    let randomness = SystemRandomness()
    let digests = KeyedDigests(root: RootKey(material: randomness.secret(RootKey.byteCount)))
    let mint = TokenMint(digests: digests, randomness: randomness)
    return each(20_000) {
      _ = RequestID(random: randomness.bytes(RequestID.randomByteCount))
      let id = JoinID(random: randomness.bytes(JoinID.randomByteCount))
      _ = mint.mint(.ticket, name: String(id.text.dropFirst(JoinID.prefix.count)))
      _ = randomness.bytes(16)
    }
  }

  private func commit(_ daemon: InProcess) async throws -> (cpu: Double, wall: Double) {
    let turns = plan.isQuick ? 100 : 400
    let cpu = Stopwatch.processCPU()
    let wall = Stopwatch.wall()
    for _ in 0..<turns { try await daemon.store.write { _ in } }
    return (
      Double(Stopwatch.processCPU() - cpu) / 1000 / Double(turns),
      Double(Stopwatch.wall() - wall) / 1000 / Double(turns)
    )
  }

  private func each(_ turns: Int, _ work: () -> Void) -> Double {
    let before = Stopwatch.threadCPU()
    for _ in 0..<turns { work() }
    return Double(Stopwatch.threadCPU() - before) / 1000 / Double(turns)
  }

  /// What one join asks of its transaction, each many times in one, on the writer's own thread.
  private func statements(_ daemon: InProcess, _ door: Knock) async throws -> [Line] {
    let turns = 1000
    let randomness = daemon.randomness
    let root = RootKey(material: randomness.secret(RootKey.byteCount))
    let seals = AuditSeals(root: root, randomness: randomness)
    let ids = (0..<turns).map { _ in JoinID(random: randomness.bytes(JoinID.randomByteCount)) }
    let salt = randomness.bytes(16)
    let ticket = Digest(randomness.bytes(32))
    let key = Digest(randomness.bytes(32))
    let lines = try await daemon.store.write { tx throws(StorageFault) -> [Line] in
      guard let meeting = try tx.meeting(MeetingID(known: door.meeting)) else { return [] }
      func each(_ work: (Int) throws(StorageFault) -> Void) throws(StorageFault) -> Double {
        let before = Stopwatch.threadCPU()
        for turn in 0..<turns { try work(turn) }
        return Double(Stopwatch.threadCPU() - before) / 1000 / Double(turns)
      }
      let facts = AdmissionFacts(
        now: tx.now, meeting: meeting, joinerClass: .guest, passcode: .digest(meeting.passcodeDigest ?? key),
        waitingCeiling: 10_000_000)
      let budget = try each { _ throws(StorageFault) in _ = try tx.budget(key) }
      let load = try each { _ throws(StorageFault) in _ = try tx.meeting(meeting.id) }
      let gates = try each { _ throws(StorageFault) in _ = AdmissionPolicy.decide(facts) }
      let insert = try each { turn throws(StorageFault) in
        try tx.insert(JoinParts.join(ids[turn], meeting, tx.now), ticketDigest: ticket, salt: salt)
      }
      let update = try each { _ throws(StorageFault) in try tx.update(meeting) }
      let append = try each { turn throws(StorageFault) in
        try tx.append(JoinParts.entry(ids[turn], meeting, salt))
      }
      let cryptography = try each { turn throws(StorageFault) in
        _ = seals.sealPersonal(Array(#"{"display_name":"Ada Lovelace"}"#.utf8), subjectSalt: salt)
        let leaf = seals.leafHash([UInt8](repeating: 7, count: 320))
        _ = seals.mark(index: Int64(turn), leaf: leaf)
        // A new leaf joins one pair on average.
        _ = seals.nodeHash(leaf, leaf)
      }
      return [
        Line("read the budget", budget), Line("read the meeting", load), Line("gates", gates),
        Line("insert the join", insert), Line("update the meeting's counts", update),
        Line("audit record", append), Line("of which seal, leaf, mark and node", cryptography, isInner: true),
      ]
    }
    guard !lines.isEmpty else { throw BenchFailure("the meeting is not in the store") }
    return lines
  }

  private static func join(_ id: JoinID, _ meeting: Meeting, _ now: Instant) -> Join {
    Join(
      id: id, meeting: meeting.id, frontEnd: "frontend", audience: "default", state: .waiting, role: .participant,
      joinerClass: .guest, displayName: DisplayName(known: "Ada Lovelace"), account: nil, session: nil,
      verified: false, publish: .nothing, occurrence: meeting.occurrence, clientKind: .person, createdAt: now,
      deadline: now.adding(seconds: 3600), waitingFor: .admission, waitingSince: now, unproven: false, message: nil)
  }

  private static func entry(_ id: JoinID, _ meeting: Meeting, _ salt: [UInt8]) -> AuditEntry {
    AuditEntry(
      .joinWaiting, by: .frontEnd("frontend"), subject: id.text,
      request: RequestID(known: RequestID.prefix + id.text.dropFirst(JoinID.prefix.count)),
      detail: [
        ("meeting", meeting.id.text), ("class", "guest"), ("frontend", "frontend"), ("gate", "waiting_room"),
        ("setting", "waiting_room"),
      ], personal: [("display_name", "Ada Lovelace")], salt: salt)
  }
}
