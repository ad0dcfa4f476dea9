import AnteroomCore
import AnteroomServices

/// What the store holds of a meeting after a round: its row, its joins and bars, and what was told and recorded since
/// the last look.
struct Record: Sendable {
  let meeting: Meeting
  let joins: [Join]
  let bans: [Ban]
  let events: [NumberedEvent]
  let audit: [AuditRecord]

  static func read(
    _ house: House, _ meeting: MeetingID, occurrence: Int64, after event: Int64, _ audit: Int64
  ) async throws -> Record {
    try await house.read { snapshot throws(StorageFault) in
      guard let found = try snapshot.meeting(meeting) else { throw .unavailable("the meeting is gone") }
      let joins = try snapshot.joins(
        of: meeting, occurrence: occurrence, states: JoinState.allCases, after: nil, limit: 500)
      return Record(
        meeting: found, joins: joins.items,
        bans: try snapshot.bans(of: meeting, occurrence: occurrence, after: nil, limit: 500).items,
        events: try snapshot.events(of: meeting, after: event, limit: 500),
        audit: try snapshot.auditRecords(from: audit, limit: 500, subject: nil, event: nil).map(\.record))
    }
  }
}

extension Sitting {
  /// Where the store and the model say different things of who holds what; empty where they agree.
  func differences(_ record: Record) -> [String] {
    let (meeting, now) = (record.meeting, house.clock.now())
    let start = now.adding(seconds: -model.now)
    var found: [String] = []
    func compare<Value: Equatable>(_ what: String, _ stored: Value, _ modelled: Value) {
      if stored != modelled { found.append("\(what): stored \(stored), by the model \(modelled)") }
    }
    compare("epoch", Int(meeting.epoch), model.epoch)
    compare("locked", meeting.locked, model.isLocked)
    compare("ended", meeting.state == .ended, model.hasEnded)
    compare("occurrence", Int(meeting.occurrence), model.occurrence)
    compare("suspect", meeting.passcodeIsSuspect, model.isSuspect)
    compare("failures", meeting.passcodeFailures, model.failures)
    compare(
      "hosts' absence", meeting.hostAbsenceDue.map { Int($0.milliseconds(since: start)) / 1000 }, model.hostAbsenceDue)
    let rows = Dictionary(record.joins.map { ($0.id.text, $0) }) { one, _ in one }
    let entries = model.entries.filter { $0.occurrence == model.occurrence }
    // In the order they knocked: it decides who is let in when there are not seats for all.
    compare("joins", record.joins.map(\.id.text), entries.map { ids[$0.key] ?? "\($0.key)" })
    for entry in entries {
      guard let row = ids[entry.key].flatMap({ rows[$0] }) else {
        found.append("join \(entry.key) is not stored")
        continue
      }
      // Its time is over, and whoever asks next ends it before anything is decided.
      if let deadline = row.deadline, deadline <= now { continue }
      compare("place of \(entry.key)", row.state.rawValue, entry.place.rawValue)
      compare("role of \(entry.key)", row.role.rawValue, entry.role)
      compare("way back of \(entry.key)", row.mayRejoin, entry.mayReturn)
      compare("sent back \(entry.key)", row.wasSentBack, entry.wasSentBack)
      compare("unproven \(entry.key)", row.unproven, entry.isUnproven)
      compare("waiting for a host \(entry.key)", row.waitingFor == .host, entry.waitsForHost)
      compare("class of \(entry.key)", row.joinerClass.rawValue, entry.standing.rawValue)
      compare(
        "deadline of \(entry.key)", row.deadline.map { Int($0.milliseconds(since: start)) / 1000 }, entry.deadline)
    }
    let bars = Set(model.bars.map { name($0) })
    compare("bars", Set(record.bans.map { name($0.target) }).sorted(), bars.sorted())
    // The tally says what a recount says.
    var recount = Tally.empty
    for join in record.joins { recount.count(join, by: 1) }
    if recount != meeting.tally { found.append("tally \(meeting.tally), counted \(recount)") }
    return found
  }

  private func name(_ who: Barred) -> String {
    switch who {
    case .account(let person): House.account(of: person).text
    case .chain(let key): ids[key] ?? ""
    }
  }

  private func name(_ target: Ban.Target) -> String {
    switch target {
    case .account(let id): id.text
    case .join(let id): id.text
    case .invite(let id): id.text
    }
  }
}
