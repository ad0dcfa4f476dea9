import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func join(_ services: Services) -> Endpoint {
    Endpoint(
      "join", "POST", "/v1/meetings/{meeting}/joins", access: .frontEnds(.joins, bearer: .sessionOptional),
      secrets: [.passcode, .inviteCode], cost: .write,
      body: .object(secrets: ["passcode", "invite", "ticket", "known_device"])
    ) { exchange in
      try services.reply(
        to: try await services.admission.join(try services.attempt(exchange)), exchange.caller)
    }
  }
}

extension Services {
  fileprivate func reply(to result: consuming JoinResult, _ caller: Caller) throws(Refusal) -> Reply {
    let maySeeGrants = caller.frontEnd.permissions.contains(.grants)
    switch consume result {
    case .made(let own, let ticket):
      return .json(201) { json in
        json.key("join")
        json.join(own.join, epoch: own.meeting.epoch)
        json.token("ticket", ticket)
        if let grant = own.grant, maySeeGrants { json.given(grant) }
        if !own.notices.isEmpty { json.array("notices", own.notices) { $0.notice($1) } }
        if own.join.joinerClass.isHosting || caller.operatorUID != nil {
          json.array("trace", TraceLine.lines(own.trace, own.meeting.provenance)) { $0.traceLine($1) }
        }
      }
    case .standing(let own): return .own(own, maySeeGrants: maySeeGrants)
    case .refused(let refusal):
      throw OutsiderView.refusal(
        refusal, at: operation.now, withTrace: refusal.isHosts || caller.operatorUID != nil)
    case .invalidToken: throw Refusal(.invalidToken)
    case .secondFactorRequired: throw Refusal(.secondFactorRequired)
    case .invalidName(let flaw):
      switch flaw {
      case .empty: throw Refusal(.nameRequired, pointer: "/display_name")
      case .notAllowed, .tooLong:
        throw Refusal(.invalidField, "must be 1 to 64 characters that can be shown", pointer: "/display_name")
      }
    case .unknownAudience:
      throw Refusal(.invalidField, "must be one of this front end's audiences", pointer: "/audience")
    }
  }

  fileprivate func attempt(_ exchange: Exchange) throws(Refusal) -> AdmissionService.Attempt {
    var body = try exchange.body()
    let displayName = try body.optionalString("display_name")
    var passcode: Passcode?
    if let typed = try body.optionalSecret("passcode") { passcode = Passcode(typed) }
    let invite = try body.optionalSecret("invite")
    let notices = try body.noticeAnswers("notices")
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
      passcode: passcode, invite: invite,
      // The stricter of the configuration's word and the client's own.
      clientKind: max(exchange.caller.frontEnd.clientKind ?? .person, claimed ?? .person), notices: notices,
      audience: audience,
      ticket: proof,
      origin: exchange.caller.origin(source), caller: exchange.caller)
  }
}

/// What somebody outside learns of a refusal. Until proof stands it is the same for meetings that are
/// unknown, ended or wrongly guessed; once it stands, the truth.
enum OutsiderView {
  static func refusal(_ refusal: JoinRefusal, at now: Instant, withTrace: Bool) -> Refusal {
    var answer = outside(refusal, at: now)
    if withTrace { answer.trace = TraceLine.lines(refusal.trace, refusal.provenance) }
    return answer
  }

  private static func outside(_ refusal: JoinRefusal, at now: Instant) -> Refusal {
    if case .tooManyAttempts(let until) = refusal.reason {
      return Refusal(.tooManyAttempts, retryAfter: until.secondsToWait(from: now))
    }
    guard refusal.proof.stands else {
      return refusal.proof == .nothingShown
        ? Refusal(.passcodeRequired, required: [.passcodeRequired]) : Refusal(.joinRefused)
    }
    var answer = Refusal(
      code(of: refusal.reason), detail(of: refusal.reason), required: refusal.required.map(code))
    answer.notices = refusal.notices
    return answer
  }

  private static func detail(of reason: RefusalReason) -> String? {
    switch reason {
    case .waitingRoomFull: "As many wait as may wait."
    case .clientNotAllowed: "This meeting does not take telephones, or bots."
    case .tooManyAttempts, .noSuchMeeting, .ended, .barred, .nothingShown, .wrongProof, .signInRequired,
      .secondFactorRequired, .inviteRequired, .locked, .notOpenYet, .full, .nameRequired, .nameNotAllowed,
      .noticeRequired:
      nil
    }
  }

  /// The truth, for whoever may have it.
  static func code(of reason: RefusalReason) -> ProblemCode {
    switch reason {
    case .tooManyAttempts: .tooManyAttempts
    case .noSuchMeeting, .wrongProof, .barred, .clientNotAllowed: .joinRefused
    case .nothingShown: .passcodeRequired
    case .ended: .meetingEnded
    case .signInRequired: .signInRequired
    case .secondFactorRequired: .secondFactorRequired
    case .inviteRequired: .inviteRequired
    case .locked: .meetingLocked
    case .notOpenYet: .notOpenYet
    case .full, .waitingRoomFull: .meetingFull
    case .nameRequired: .nameRequired
    case .nameNotAllowed: .nameNotAllowed
    case .noticeRequired: .noticeRequired
    }
  }
}
