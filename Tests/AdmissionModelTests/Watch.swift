import AnteroomCore

/// What must hold whatever the model says: read from the log of events, the audit and the rows alone.
struct Watch: Sendable {
  private(set) var lastEvent: Int64
  private(set) var nextAudit: Int64
  private var epoch: Int64 = 1
  private var places: [JoinID: String] = [:]
  private var numbers: [JoinID: Int64] = [:]
  /// Grants that an act, an epoch or an end has made worthless: for good.
  private var dead: Set<Int> = []
  private var barred: Set<Bar> = []

  init(lastEvent: Int64, nextAudit: Int64) {
    self.lastEvent = lastEvent
    self.nextAudit = nextAudit
  }

  /// The contract's table of states; what is not in it does not happen.
  private static let moves: Set<String> = [
    " waiting", " admitted", "waiting admitted", "waiting denied", "waiting withdrawn", "waiting expired",
    "admitted present", "admitted waiting", "admitted denied", "admitted removed", "admitted expired", "present left",
    "present waiting", "present removed", "left present",
  ]

  /// What each event says of the join's state afterwards; nil for those that may come in several.
  private static let states: [EventName: String] = [
    .joinWaiting: "waiting", .joinAdmitted: "admitted", .joinPresent: "present", .joinDenied: "denied",
    .joinSentBack: "waiting", .joinLeft: "left", .joinRejoined: "present", .joinWithdrawn: "withdrawn",
    .joinExpired: "expired",
  ]

  mutating func complaints(_ done: [Done], _ sitting: Sitting, _ record: Record) -> [String] {
    var found: [String] = []
    log(record, &found)
    audit(record, &found)
    seats(record, &found)
    people(done, sitting, &found)
    bury(sitting, record)
    return found
  }

  private mutating func log(_ record: Record, _ found: inout [String]) {
    for numbered in record.events {
      let event = numbered.event
      if numbered.number != lastEvent + 1 { found.append("event \(numbered.number) comes after \(lastEvent)") }
      lastEvent = numbered.number
      if event.epoch < epoch { found.append("the epoch fell from \(epoch) to \(event.epoch)") }
      if event.epoch > epoch && event.name != .meetingEpoch {
        found.append("the epoch rose to \(event.epoch) with \(event.name.rawValue)")
      }
      epoch = event.epoch
      guard let join = event.join, event.name != .revocation else { continue }
      let (before, after) = (places[join.id] ?? "", join.state.rawValue)
      if before != after && !Watch.moves.contains("\(before) \(after)") {
        found.append("\(join.id) went from \(before) to \(after)")
      }
      if let state = Watch.states[event.name], state != after {
        found.append("\(event.name.rawValue) leaves \(join.id) \(after)")
      }
      if join.number != numbers[join.id, default: 0] + 1 {
        found.append("\(join.id) skips to its event \(join.number)")
      }
      (places[join.id], numbers[join.id]) = (after, join.number)
    }
    if record.meeting.epoch != epoch { found.append("no event tells of epoch \(record.meeting.epoch)") }
    for join in record.joins where places[join.id] != join.state.rawValue {
      found.append("no event tells that \(join.id) is \(join.state.rawValue)")
    }
  }

  /// Every event of the log has its record, in the same order; only an epoch and a revocation go with another.
  private mutating func audit(_ record: Record, _ found: inout [String]) {
    let told = record.events.map(\.event).filter { $0.name != .meetingEpoch && $0.name != .revocation }
      .map { "\($0.name.rawValue) \($0.join?.id.text ?? $0.meeting.text)" }
    let recorded = record.audit.filter { EventName(rawValue: $0.event) != nil }.map { "\($0.event) \($0.subject)" }
    if told != recorded { found.append("told \(told), recorded \(recorded)") }
    for entry in record.audit {
      if entry.index != nextAudit { found.append("record \(entry.index) comes after \(nextAudit - 1)") }
      nextAudit = entry.index + 1
    }
  }

  private func seats(_ record: Record, _ found: inout [String]) {
    let seats = record.joins.count { join in
      (join.role == .participant || join.role == .viewer)
        && (join.state == .admitted || join.state == .present || (join.state == .left && join.mayRejoin))
    }
    if seats > record.meeting.policy.capacity {
      found.append("\(seats) seats are taken of \(record.meeting.policy.capacity)")
    }
  }

  private func people(_ done: [Done], _ sitting: Sitting, _ found: inout [String]) {
    for one in done {
      switch one.step {
      case .redeem(let grant, _):
        if one.outcome.kind == .done && dead.contains(grant) { found.append("grant \(grant) was forbidden before") }
      case .join(.hana, _, _, let session, let guise)
      where guise.client != .bot && one.outcome.kind != .standing:
        let isIn = one.outcome.hasGrant
        let mayBeEnded = sitting.model.hasEnded
        if session != nil && !isIn && !mayBeEnded { found.append("the host is shut out") }
      case _: break
      }
      guard one.outcome.hasGrant, let index = sitting.model.grants[one.key].flatMap({ sitting.model.index($0.entry) })
      else { continue }
      let entry = sitting.model.entries[index]
      let bars = barred.filter { bar in
        (bar.occurrence == nil || bar.occurrence == entry.occurrence)
          && (bar.who == .chain(entry.root) || entry.account.map { bar.who == .account($0) } ?? false)
      }
      // Who was barred before and still is.
      if bars.contains(where: sitting.model.bars.contains) && entry.standing != .host {
        found.append("\(entry.key) is barred and got a grant")
      }
    }
  }

  private mutating func bury(_ sitting: Sitting, _ record: Record) {
    let rows = Dictionary(record.joins.map { ($0.id.text, $0) }) { one, _ in one }
    for (key, grant) in sitting.model.grants where !dead.contains(key) {
      let row = sitting.ids[grant.entry].flatMap { rows[$0] }
      let isLetIn =
        row.map { $0.state == .admitted || $0.state == .present || ($0.state == .left && $0.mayRejoin) } ?? false
      if !isLetIn || record.meeting.epoch > Int64(grant.epoch) || record.meeting.state == .ended { dead.insert(key) }
    }
    barred = Set(sitting.model.bars)
  }
}

/// A step with its numbers, under its key, and what came of it.
struct Done: Sendable {
  let key: Int
  let step: Step
  let outcome: Outcome
}
