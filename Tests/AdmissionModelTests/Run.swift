import AnteroomCore
import AnteroomServices

/// What came of a script: what was wrong, and how it went.
struct Verdict: Sendable {
  var complaints: [String] = []
  var history: [String] = []
  /// What kind of step came to what and what was told, how often: a test that shuts everybody out finds nothing.
  var met: [String: Int] = [:]

  /// What a few hundred meetings come by.
  static let toBeMet =
    [
      "join made", "join standing", "join refused", "look done", "look denied", "withdraw done", "withdraw impossible",
      "leave done", "leave impossible", "redeem done", "redeem refused", "introspect active", "introspect inactive",
      "present done", "present impossible", "left done", "left impossible", "roster done", "admitWaiting done",
      "admitWaiting denied", "end done", "bar done", "bar denied", "unbar done", "signOut done", "pass done",
    ]
    + ["admit", "deny", "remove", "sendBack", "role", "unlock", "rotate"].flatMap { word in
      ["done", "impossible", "denied"].map { "\(word) \($0)" }
    } + ["lock", "suspend"].flatMap { word in ["done", "denied"].map { "\(word) \($0)" } }
    + [
      "join.waiting by itself", "join.expired by itself", "meeting.locked by itself", "meeting.ended by itself",
      "meeting.at_risk by itself", "join.rejoined", "revocation", "meeting.opened", "meeting.opened by itself",
      "join.admitted by itself",
      "open done", "open denied", "invite done", "invite denied", "revoke done",
    ]
}

/// Holds a script's meeting, round by round, and stops at the first thing that is wrong.
struct Run {
  private var sitting: Sitting
  private var watch: Watch
  private var key = 0
  private let isTold: Bool
  private var verdict = Verdict()

  /// `number` is the meeting's in its house; `twist` makes the model believe something else than the daemon was told.
  static func hold(
    _ script: Script, in house: House, number: Int, isTold: Bool = false, twist: (inout Rules) -> Void = { _ in }
  ) async throws -> Verdict {
    var run = try await Run(script, house, number, isTold)
    var believed = script.rules
    twist(&believed)
    run.sitting.model = Model(believed)
    for round in script.rounds {
      try await run.take(round)
      if !run.verdict.complaints.isEmpty { break }
    }
    try await run.clearAway()
    // Everything that was recorded is in the mark on the audit's head, sealed parts and nonces as well.
    if isTold {
      let head = try await house.read { snapshot throws(StorageFault) in try snapshot.auditHead() }
      run.verdict.history.append("audit \(head?.mark.hex ?? "")")
    }
    return run.verdict
  }

  private init(_ script: Script, _ house: House, _ number: Int, _ isTold: Bool) async throws {
    sitting = try await Sitting(script, in: house, number: number)
    let start = try await house.read { snapshot throws(StorageFault) in
      (try snapshot.lastEvent(), try snapshot.auditHead()?.tree.size ?? 0)
    }
    watch = Watch(lastEvent: start.0, nextAudit: start.1)
    self.isTold = isTold
  }

  private mutating func take(_ round: Round) async throws {
    var steps: [(key: Int, step: Step)] = []
    for step in round {
      if let step = sitting.resolved(step) { steps.append((key, step)) }
      key += 1
    }
    if steps.isEmpty { return }
    let done = try await perform(steps)
    let record = try await Record.read(sitting.house, sitting.meeting, after: watch.lastEvent, watch.nextAudit)
    if isTold { tell(done, record) }
    for one in done { verdict.met["\(one.step.name) \(one.outcome.kind.rawValue)", default: 0] += 1 }
    for numbered in record.events {
      let hand = numbered.event.by == "system" ? " by itself" : ""
      verdict.met[numbered.event.name.rawValue + hand, default: 0] += 1
    }
    if done.count > 1 { return settle(done, record) }
    let expected = sitting.model.apply(done[0].step, as: done[0].key)
    if expected != done[0].outcome {
      verdict.complaints.append("by the model: \(expected), in truth: \(done[0].outcome)")
    }
    verdict.complaints += sitting.differences(record) + watch.complaints(done, sitting, record)
  }

  private mutating func settle(_ done: [Done], _ record: Record) {
    let before = sitting
    let explained = Orders.explaining(done, from: sitting.model) { model in
      var after = before
      after.model = model
      return after.differences(record).isEmpty
    }
    guard let explained else {
      verdict.complaints.append("no order of these steps explains what came of them")
      var after = before
      for one in done { _ = after.model.apply(one.step, as: one.key) }
      verdict.complaints += after.differences(record)
      return
    }
    sitting.model = explained
    verdict.complaints += watch.complaints(done, sitting, record)
  }

  private mutating func tell(_ done: [Done], _ record: Record) {
    for one in done {
      let answer = sitting.ids[one.key].map { " " + $0 } ?? ""
      let together = done.count > 1 ? " (at once)" : ""
      verdict.history.append("\(one.key)\(together) \(one.step.description) → \(one.outcome)\(answer)")
    }
    for numbered in record.events {
      let event = numbered.event
      let join = event.join.map { " \($0.id) #\($0.number) \($0.state.rawValue) \($0.role.rawValue)" } ?? ""
      verdict.history.append(
        "    \(numbered.number) \(event.name.rawValue)\(join) epoch \(event.epoch) by \(event.by)")
    }
    for entry in record.audit {
      verdict.history.append("    [\(entry.index)] \(entry.event) \(entry.subject) \(entry.request) \(entry.detail)")
    }
  }

  private mutating func perform(_ steps: [(key: Int, step: Step)]) async throws -> [Done] {
    if steps.count == 1, case .pass(let seconds, let swept) = steps[0].step {
      try await pass(seconds, swept)
      return [Done(key: steps[0].key, step: steps[0].step, outcome: Outcome(.done))]
    }
    var calls: [(key: Int, call: Call)] = []
    for (key, step) in steps {
      if let call = try await sitting.call(step) { calls.append((key, call)) }
    }
    let answers = await ask(calls)
    return steps.compactMap { key, step in
      guard let answer = answers[key] else { return nil }
      sitting.keep(answer, of: step, as: key)
      return Done(key: key, step: step, outcome: Outcome(step, answer))
    }
  }

  private func ask(_ calls: [(key: Int, call: Call)]) async -> [Int: Answer] {
    let house = sitting.house
    if calls.count == 1 { return [calls[0].key: await house.ask(calls[0].call)] }
    return await withTaskGroup(of: (Int, Answer).self) { group in
      for (key, call) in calls { group.addTask { (key, await house.ask(call)) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  /// The daemon looks once a second what has ended by itself. What comes after may find it done or, unswept, not yet.
  private func pass(_ seconds: Int, _ swept: Bool) async throws {
    let house = sitting.house
    try await house.sweep()
    house.clock.move(to: house.clock.now().adding(seconds: seconds))
    if swept { try await house.sweep() }
  }

  /// Nothing of this meeting is to end by itself while the next is held.
  private func clearAway() async throws {
    let house = sitting.house
    _ = await house.ask(
      Call(
        method: "POST", target: "/v1/meetings/\(sitting.meeting.text)/end", door: .front,
        bearer: sitting.sessions[.hana]?.first))
    for _ in 0..<2 {
      house.clock.move(to: house.clock.now().adding(seconds: House.secondsBetweenMeetings / 3))
      try await house.sweep()
    }
  }
}

extension Sitting {
  /// What somebody has in their hands after an answer.
  fileprivate mutating func keep(_ answer: Answer, of step: Step, as key: Int) {
    switch step {
    case .join, .look:
      if answer.status == 201 { (ids[key], tickets[key]) = (answer.text("id"), answer.text("ticket")) }
      guard answer.status < 300, let grant = answer.text("grant") else { return }
      grants[key] = grant
      granted.append(key)
    case .invite:
      if answer.status == 201 { (inviteIDs[key], codes[key]) = (answer.text("id"), answer.text("code")) }
    case .rotate, .open: if let changed = answer.text("passcode", after: "counts") { passcode = changed }
    case .withdraw, .leave, .redeem, .introspect, .present, .left, .roster, .act, .admitWaiting, .lock, .unlock,
      .suspend,
      .end, .bar, .unbar, .revoke, .signOut, .pass:
      break
    }
  }
}
