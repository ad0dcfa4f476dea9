import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func join(_ services: Services) -> Endpoint {
    Endpoint(
      "join", "POST", "/v1/meetings/{meeting}/joins", access: .frontEnds(.joins, bearer: .sessionOptional),
      secret: .passcode, cost: .write, body: .object(secrets: ["passcode", "ticket", "known_device"])
    ) { exchange in
      let result = try await services.admission.join(try services.attempt(exchange))
      let maySeeGrants = exchange.caller.frontEnd.permissions.contains(.grants)
      switch consume result {
      case .made(let own, let ticket):
        return .json(201) { json in
          json.key("join")
          json.join(own.join, epoch: own.meeting.epoch)
          json.token("ticket", ticket)
          if let grant = own.grant, maySeeGrants { json.member("grant", grant) }
        }
      case .standing(let own): return .own(own, maySeeGrants: maySeeGrants)
      case .refused(let reason, let proof): throw OutsiderView.refusal(reason, proof: proof, at: services.operation.now)
      case .invalidToken: throw Refusal(.invalidToken)
      case .secondFactorRequired: throw Refusal(.secondFactorRequired)
      case .invalidName(let flaw):
        switch flaw {
        case .empty: throw Refusal(.nameRequired, pointer: "/display_name")
        case .notAllowed, .tooLong:
          throw Refusal(
            .invalidField, "must be 1 to 64 characters that can be shown", pointer: "/display_name")
        }
      case .unknownAudience:
        throw Refusal(.invalidField, "must be one of this front end's audiences", pointer: "/audience")
      }
    }
  }
}

extension Services {
  fileprivate func attempt(_ exchange: Exchange) throws(Refusal) -> AdmissionService.Attempt {
    var body = try exchange.body()
    let displayName = try body.optionalString("display_name")
    var passcode: Passcode?
    if let typed = try body.optionalSecret("passcode") { passcode = Passcode(typed) }
    var claimed: ClientKind?
    if var client = try body.optionalObject("client") {
      claimed = try client.optionalWord("kind", ClientKind.self)
      _ = try client.optionalText("name", limit: 64)
      _ = try client.optionalText("version", limit: 64)
      try client.finish()
    }
    let source = try body.source(mint)
    let audience = try body.optionalString("audience", limit: 64)
    var proof: TokenProof?
    if let ticket = try body.optionalSecret("ticket") { proof = ticket.withBytes { mint.read($0) } }
    try body.finish()
    return AdmissionService.Attempt(
      meeting: exchange.parameter("meeting"), displayName: displayName,
      passcode: passcode,
      // The stricter of the configuration's word and the client's own.
      clientKind: [exchange.caller.frontEnd.clientKind, claimed].compactMap { $0 }.max() ?? .person, audience: audience,
      ticket: proof,
      origin: exchange.caller.origin(source), caller: exchange.caller)
  }
}

/// What somebody outside learns of a refusal. Until proof stands it is the same for meetings that are
/// unknown, ended or wrongly guessed; once it stands, the truth.
enum OutsiderView {
  static func refusal(_ reason: RefusalReason, proof: Proof, at now: Instant) -> Refusal {
    if case .tooManyAttempts(let until) = reason {
      return Refusal(.tooManyAttempts, retryAfter: until.secondsToWait(from: now))
    }
    guard proof.stands else {
      return proof == .nothingShown
        ? Refusal(.passcodeRequired, required: [.passcodeRequired]) : Refusal(.joinRefused)
    }
    switch reason {
    case .tooManyAttempts, .noSuchMeeting, .nothingShown, .wrongProof, .barred: return Refusal(.joinRefused)
    case .ended: return Refusal(.meetingEnded)
    case .signInRequired: return Refusal(.signInRequired, required: [.signInRequired])
    case .inviteRequired: return Refusal(.inviteRequired, required: [.inviteRequired])
    case .locked: return Refusal(.meetingLocked)
    case .full: return Refusal(.meetingFull)
    case .waitingRoomFull: return Refusal(.meetingFull, "As many wait as may wait.")
    }
  }
}
