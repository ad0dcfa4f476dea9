import AnteroomCore
import AnteroomServices

/// A meeting of a script while it is held: the model beside the daemon, and what people have in their hands.
struct Sitting: Sendable {
  let house: House
  let meeting: MeetingID
  var model: Model
  let sessions: [Person: [String]]
  var passcode: String
  /// By the step that made them: ids and tickets of joins, grants.
  var ids: [Int: String] = [:]
  var tickets: [Int: String] = [:]
  var grants: [Int: String] = [:]
  var inviteIDs: [Int: String] = [:]
  var codes: [Int: String] = [:]
  /// In the order they were given.
  var granted: [Int] = []

  init(_ script: Script, in house: House, number: Int) async throws {
    self.house = house
    meeting = MeetingID(known: "model-\(number)")
    model = Model(script.rules)
    // A run of a seed that is not the house's first must not make the ids of another run again.
    house.randomness.begin(seed: script.seed &+ UInt64(number) &* 0x1_0000_0001)
    house.clock.move(to: House.opening.adding(seconds: number * House.secondsBetweenMeetings))
    sessions = try await house.sessions()
    passcode = ""
    let answer = await house.ask(
      Call(
        method: "POST", target: "/v1/meetings", door: .front, bearer: sessions[.hana]?.first,
        body: """
          {"id":"\(meeting.text)","kind":"series",\(times(of: script.rules))"policy":\(script.rules.json),\
          "cohosts":["\(House.account(of: .cora).text)"]\(script.rules.isOpen ? #","unprotected":{"reason":"x"}"# : "")}
          """))
    guard answer.status == 201 else { throw Unheld(why: "\(answer.status) \(answer.text("detail") ?? "")") }
    passcode = answer.text("passcode", after: "counts") ?? ""
  }

  private func times(of rules: Rules) -> String {
    [("opens_at", rules.opens), ("closes_at", rules.closes)].compactMap { name, seconds in
      seconds.map { "\"\(name)\":\"\(house.clock.now().adding(seconds: $0))\"," }
    }.joined()
  }

  struct Unheld: Error { let why: String }

  /// A step with the numbers of what there is now; nil where there is nothing to do it on.
  func resolved(_ step: Step) -> Step? {
    switch step {
    case .join(let person, let shown, let nth, let session, let guise):
      let theirs = model.entries.filter { $0.person == person }
      let ticket = nth.flatMap { theirs.isEmpty ? nil : theirs[$0 % theirs.count].key }
      var guise = guise
      let codes = codes.keys.sorted()
      guise.invite = guise.invite.flatMap { codes.isEmpty ? nil : codes[$0 % codes.count] }
      return .join(person, shown, ticket: ticket, session: session.map { _ in model.session(of: person) }, as: guise)
    case .look(let nth): return entry(nth) { $0.isOpen }.map(Step.look)
    case .withdraw(let nth): return entry(nth) { $0.place == .waiting }.map(Step.withdraw)
    case .leave(let nth): return entry(nth) { $0.isLetIn }.map(Step.leave)
    case .redeem(let nth, let astray): return grant(nth).map { .redeem($0, astray: astray) }
    case .introspect(let nth, let astray): return grant(nth).map { .introspect($0, astray: astray) }
    case .present(let nth, let astray): return entry(nth) { $0.isLetIn }.map { .present($0, astray: astray) }
    case .left(let nth, let astray): return entry(nth) { $0.place == .present }.map { .left($0, astray: astray) }
    case .roster(let numbers, let door):
      var keys: [Int] = []
      for nth in numbers {
        guard let key = entry(nth, where: { $0.isLetIn && $0.person.door == door }) else { continue }
        if !keys.contains(key) { keys.append(key) }
      }
      return .roster(keys, door)
    case .act(let act, let nth, let hand):
      let hand = resolved(hand)
      return entry(nth) { entry in
        switch act {
        case .admit: entry.place == .waiting
        case .sendBack, .remove: entry.isLetIn
        case .deny: entry.isOpen
        case .role(let role): entry.isOpen && !entry.isHosting && (role == "cohost") != entry.hasHostRole
        }
      }.flatMap { key in hand.map { .act(act, on: key, by: $0) } }
    case .admitWaiting(let hand): return resolved(hand).map { .admitWaiting(by: $0) }
    case .lock(let hand): return resolved(hand).map { .lock(by: $0) }
    case .unlock(let hand): return resolved(hand).map { .unlock(by: $0) }
    case .suspend(let hand): return resolved(hand).map { .suspend(by: $0) }
    case .rotate(let hand): return resolved(hand).map { .rotate(by: $0) }
    case .end(let hand): return resolved(hand).map { .end(by: $0) }
    case .open(let hand): return resolved(hand).map { .open(by: $0) }
    case .bar(let nth, let hand):
      let hand = resolved(hand)
      return entry(nth) { _ in true }.flatMap { key in hand.map { .bar(key, by: $0) } }
    case .unbar(let nth, _, let hand):
      // Only those in force are listed, with the ids that lift them.
      let bars = model.bars.filter { $0.occurrence == nil || $0.occurrence == model.occurrence }
      guard !bars.isEmpty else { return nil }
      let bar = bars[nth % bars.count]
      return resolved(hand).map { .unbar(nth, bar, by: $0) }
    case .invite(let asked, let hand): return resolved(hand).map { .invite(asked, by: $0) }
    case .revoke(let nth, let hand):
      let some = inviteIDs.keys.sorted()
      return some.isEmpty ? nil : resolved(hand).map { .revoke(some[nth % some.count], by: $0) }
    case .signOut(let person, _): return .signOut(person, model.session(of: person))
    case .pass: return step
    }
  }

  /// Three of four times one that the step makes sense for.
  private func entry(_ nth: Int, where fits: (Model.Entry) -> Bool) -> Int? {
    let fitting = nth % 4 == 0 ? [] : model.entries.filter(fits)
    let all = fitting.isEmpty ? model.entries : fitting
    return all.isEmpty ? nil : all[nth / 4 % all.count].key
  }

  /// More often one of the last.
  private func grant(_ nth: Int) -> Int? {
    let some = nth % 3 == 0 ? granted : granted.suffix(3)
    return some.isEmpty ? nil : some[some.startIndex + nth / 3 % some.count]
  }

  private func resolved(_ hand: Hand) -> Hand? {
    switch hand {
    case .session(let person, _): return .session(person, model.session(of: person))
    case .hostTicket(let nth):
      let hosts = model.entries.filter { $0.hasHostRole && $0.isOpen }
      return hosts.isEmpty ? nil : .hostTicket(hosts[nth % hosts.count].key)
    case .anyTicket(let nth): return entry(nth) { $0.isOpen }.map(Hand.anyTicket)
    }
  }
}

extension Rules {
  /// Nothing stands between a stranger and the room.
  var isOpen: Bool { passcode == "off" && waitingRoom == "off" }
}
