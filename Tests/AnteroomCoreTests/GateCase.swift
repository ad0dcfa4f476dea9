import AnteroomCore
import Testing

/// One row of a gate's table: what it says of a joiner to a meeting with one thing changed.
struct GateCase: Sendable, CustomTestStringConvertible {
  let sentence: String
  let verdict: GateVerdict
  let joiner: JoinerClass
  let change: @Sendable (inout AdmissionFacts, inout Meeting) -> Void

  var testDescription: String { sentence }

  init(
    _ sentence: String, _ verdict: GateVerdict, _ joiner: JoinerClass = .guest,
    _ change: @escaping @Sendable (inout AdmissionFacts, inout Meeting) -> Void = { _, _ in }
  ) {
    self.sentence = sentence
    self.verdict = verdict
    self.joiner = joiner
    self.change = change
  }

  /// What the gate says, to a meeting that the fixture makes: open, with a passcode that the joiner shows.
  func judged(by name: GateName) throws -> GateVerdict {
    let gate = try #require(Gate.all.first { $0.name == name })
    var meeting = Fixture.meeting()
    var facts = Fixture.facts(joiner)
    change(&facts, &meeting)
    if facts.meeting != nil { facts.meeting = meeting }
    return gate.judge(facts)
  }
}

extension Fixture {
  static func invite(account: String? = nil, bypass: Bool = false, role: JoinRole = .participant) -> Invite {
    Invite(
      id: InviteID(known: "inv_a"), meeting: MeetingID(known: "kq3vm-8tzpa-w2hfd"), label: nil,
      account: account.map { AccountID(known: $0) }, role: role, uses: account == nil ? 1 : nil, used: 0,
      expiresAt: nil, bypassesWaitingRoom: bypass, displayName: nil, createdAt: now)
  }

  static func notice(_ id: String, version: Int = 1, consent: Bool = true) -> Notice {
    Notice(id: id, version: version, purpose: "minutes", text: "This is recorded.", consent: consent)
  }
}
