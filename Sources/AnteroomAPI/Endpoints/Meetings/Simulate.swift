import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func simulateJoin(_ services: Services) -> Endpoint {
    Endpoint(
      "simulateJoin", "POST", "/v1/meetings/{meeting}/simulate", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .read, body: .object(secrets: [])
    ) { exchange in
      let answer = try await services.admission.simulate(
        try exchange.shape(), in: exchange.meetingID, caller: exchange.caller)
      if case .notHost = answer, exchange.caller.actsAsOperator { throw Refusal.noMeeting }
      switch try answer.value() {
      case .success(let simulation):
        let now = services.operation.now
        return .json(200) { $0.simulation(simulation, at: now) }
      case .failure(let flaw): throw Refusal(flaw)
      }
    }
  }
}

extension Refusal {
  fileprivate init(_ flaw: ShapeFlaw) {
    switch flaw {
    case .name: self.init(.invalidField, "must be 1 to 64 characters that can be shown", pointer: "/display_name")
    case .invite:
      self.init(
        .invalidField, "must be an invite of this meeting, and with the account that it is for", pointer: "/invite")
    case .account:
      self.init(.invalidField, "must be the id of the host, a cohost or somebody invited", pointer: "/account")
    case .factors:
      self.init(.invalidField, "is 1 or 2 with an account, and 0 without", pointer: "/factors")
    }
  }
}

extension Exchange {
  fileprivate func shape() throws(Refusal) -> JoinShape {
    var body = try body()
    let displayName = try body.optionalString("display_name")
    let passcode = try body.nullableWord("passcode", JoinShape.Passcode.self)
    var invite: InviteID?
    if let text = try body.optionalString("invite", limit: 64) {
      guard let id = InviteID(parsing: text) else {
        throw Refusal(.invalidField, "must be the id of an invite", pointer: "/invite")
      }
      invite = id
    }
    let account = try body.optionalString("account", limit: 256)
    let factors = try body.optionalInteger("factors", in: 0...2)
    var kind: ClientKind?
    if var client = try body.optionalObject("client") {
      kind = try client.optionalWord("kind", ClientKind.self)
      // As in a join, where they decide nothing.
      _ = try client.optionalText("name", limit: 64)
      _ = try client.optionalText("version", limit: 64)
      try client.finish()
    }
    let notices = try body.noticeAnswers("notices")
    let time = try body.optionalTime("at")
    try body.finish()
    return JoinShape(
      displayName: displayName, passcode: passcode, invite: invite, account: account, factors: factors,
      clientKind: kind ?? .person, notices: notices, time: time)
  }
}

extension BodyReader {
  /// A word, or null for none of them.
  fileprivate mutating func nullableWord<Word: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Word.Type
  ) throws(Refusal) -> Word? where Word.RawValue == String {
    if case .null? = members.first(where: { $0.name == name })?.value {
      _ = take(name)
      return nil
    }
    return try optionalWord(name, type)
  }
}

extension JSONText {
  /// What the joiner would be told, and by the trace why.
  fileprivate mutating func simulation(_ simulation: Simulation, at now: Instant) {
    var required: [ProblemCode] = []
    func refused(_ code: ProblemCode, _ json: inout JSONText) {
      json.member("outcome", "refused")
      json.member("code", code.rawValue)
    }
    switch simulation.outcome {
    case .admitted: member("outcome", "admitted")
    case .waiting(let reason):
      member("outcome", "waiting")
      member("for", reason.rawValue)
    case .refused(let refusal):
      let told = OutsiderView.refusal(refusal, at: now, withTrace: false)
      refused(told.code, &self)
      required = told.required
    case .invalidToken: refused(.invalidToken, &self)
    case .secondFactorRequired:
      refused(.secondFactorRequired, &self)
      required = [.secondFactorRequired]
    }
    array("required", required) { $0.value($1.rawValue) }
    array("trace", TraceLine.lines(simulation.trace, simulation.provenance)) { $0.traceLine($1) }
  }
}
