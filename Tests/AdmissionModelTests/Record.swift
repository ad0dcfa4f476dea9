import AnteroomCore
import AnteroomServices

/// What the store holds of a meeting after a round: its row, its joins and bars, and what was told and recorded since
/// the last look.
struct Record: Sendable {
  let meeting: Meeting
  let joins: [Join]
  let bans: [Ban]
  let invites: [Invite]
  let events: [NumberedEvent]
  let audit: [AuditRecord]

  static func read(
    _ house: House, _ meeting: MeetingID, after event: Int64, _ audit: Int64
  ) async throws -> Record {
    try await house.read { snapshot throws(StorageFault) in
      guard let found = try snapshot.meeting(meeting) else { throw .unavailable("the meeting is gone") }
      let joins = try snapshot.joins(
        of: meeting, occurrence: found.occurrence, states: JoinState.allCases, after: nil, limit: 500)
      return Record(
        meeting: found, joins: joins.items,
        bans: try snapshot.bans(of: meeting, occurrence: found.occurrence, after: nil, limit: 500).items,
        invites: try snapshot.invites(to: meeting, after: nil, limit: 200).items,
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
    compare("state", meeting.state.rawValue, model.phase.rawValue)
    compare("locking itself", meeting.autoLockDue.map { seconds($0, since: start) }, model.autoLockDue)
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
      compare("place of \(entry.key)", row.state.rawValue, entry.place.rawValue)
      compare("role of \(entry.key)", row.role.rawValue, entry.role)
      compare("way back of \(entry.key)", row.mayRejoin, entry.mayReturn)
      compare("sent back \(entry.key)", row.wasSentBack, entry.wasSentBack)
      compare("unproven \(entry.key)", row.unproven, entry.isUnproven)
      compare("what \(entry.key) waits for", row.waitingFor?.rawValue, entry.waitingFor?.rawValue)
      // Of what is over nobody asks any more.
      if entry.isOpen { compare("denials of \(entry.key)", row.denials, entry.denials) }
      compare("likeness of \(entry.key)", row.confusableWith != nil, entry.isAlike)
      compare("client of \(entry.key)", row.clientKind.rawValue, entry.client.rawValue)
      compare("class of \(entry.key)", row.joinerClass.rawValue, entry.standing.rawValue)
      compare(
        "deadline of \(entry.key)", row.deadline.map { Int($0.milliseconds(since: start)) / 1000 }, entry.deadline)
    }
    compare(
      "invites", record.invites.map { "\($0.id.text) used \($0.used)" }.sorted(),
      model.invites.map { "\(inviteIDs[$0.key] ?? "") used \($0.value.used)" }.sorted())
    let bars = model.bars.filter { $0.occurrence == nil || $0.occurrence == model.occurrence }
    compare(
      "bars", record.bans.map { "\(name($0.target)) \($0.occurrence ?? 0)" }.sorted(),
      bars.map { "\(name($0.who)) \($0.occurrence ?? 0)" }.sorted())
    // The tally says what a recount says.
    var recount = Tally.empty
    for join in record.joins { recount.count(join, by: 1) }
    if recount != meeting.tally { found.append("tally \(meeting.tally), counted \(recount)") }
    return found
  }

  private func seconds(_ time: Instant, since start: Instant) -> Int {
    time.milliseconds == .max ? .max : Int(time.milliseconds(since: start)) / 1000
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
