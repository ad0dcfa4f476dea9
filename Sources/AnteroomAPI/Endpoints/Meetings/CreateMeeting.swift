import AnteroomCore
import AnteroomServices
import SecretMemory

extension Endpoint {
  static func createMeeting(_ services: Services) -> Endpoint {
    Endpoint(
      "createMeeting", "POST", "/v1/meetings", access: .frontEnds(.meetings, bearer: .sessionOrSchedule), secret: nil,
      cost: .write, body: .optionalObject(secrets: ["value"])
    ) { exchange in
      var body = try exchange.body()
      let draft = try await services.draft(&body, exchange)
      try body.finish()
      let link = exchange.caller.frontEnd.link
      let creation = try await services.meetings.create(draft, claim: exchange.idempotency) { created in
        answer(created, link: link, isReplayed: true)
      }
      switch creation {
      case .created(let created):
        return Reply(
          status: 201, headers: [("ETag", "\"v\(created.meeting.version)\"")],
          body: answer(created, link: link, isReplayed: false))
      case .replayed(let answer): return Reply(status: 201, body: answer)
      case .idempotencyConflict: throw Refusal(.idempotencyConflict)
      case .refused(let refusal): throw Refusal(meeting: refusal)
      }
    }
  }

  private static func answer(_ created: CreatedMeeting, link: LinkTemplate?, isReplayed: Bool) -> [UInt8] {
    JSONText.object { json in
      json.key("meeting")
      json.meeting(created.meeting, host: created.host)
      if let passcode = created.passcode, !isReplayed { json.member("passcode", passcode) }
      if let link {
        json.member("url", link.url(to: created.meeting.id, passcode: isReplayed ? nil : created.passcode))
      }
      if created.isUnprotected { json.unprotectedWarning() }
      if isReplayed { json.member("replayed", true) }
    }
  }
}

extension JSONText {
  mutating func unprotectedWarning() {
    array("warnings", ["Nothing but its address protects this meeting: it can be discovered."]) { $0.value($1) }
  }
}

extension Services {
  fileprivate func draft(_ body: inout BodyReader, _ exchange: Exchange) async throws -> MeetingService.Draft {
    var id: MeetingID?
    if let text = try body.optionalString("id") {
      guard let parsed = MeetingID(parsing: text) else {
        throw Refusal(.invalidField, "must be [a-z0-9][a-z0-9-]{2,62}", pointer: "/id")
      }
      id = parsed
    }
    let external = try body.optionalText("external", limit: 256)
    if let external, external.utf8.count > 256 {
      throw Refusal(.invalidField, "must be at most 256 bytes", pointer: "/external")
    }
    let kind = try body.optionalWord("kind", MeetingKind.self) ?? .once
    let title = try body.optionalText("title", limit: 256)
    let profile = try body.optionalString("profile", limit: 64)
    let opensAt = try body.optionalTime("opens_at")
    let closesAt = try body.optionalTime("closes_at")
    if let closesAt, closesAt <= opensAt ?? operation.now {
      throw Refusal(.invalidField, "is not after the opening", pointer: "/closes_at")
    }
    let host = try await named(try body.optionalString("host"), pointer: "/host", exchange)
    let cohosts = try await cohosts(&body, exchange) ?? []
    var policyBody = try body.optionalObject("policy")
    let policy = try policyBody?.settings() ?? [:]
    var passcodeKind: PasscodeKind?
    var passcodeValue: SecretBytes?
    if var passcode = try body.optionalObject("passcode") {
      passcodeKind = try passcode.optionalWord("kind", PasscodeKind.self)
      passcodeValue = try passcode.optionalSecret("value")
      try passcode.finish()
    }
    let reason = try body.unprotectedReason()
    if exchange.caller.bearer == nil && host == nil {
      throw Refusal(.invalidField, "names whose meeting it will be, where no host's session says it", pointer: "/host")
    }
    return MeetingService.Draft(
      id: id, external: external, kind: kind, title: title, host: host, cohosts: cohosts, profile: profile,
      policy: policy, opensAt: opensAt, closesAt: closesAt, passcodeKind: passcodeKind, passcodeValue: passcodeValue,
      unprotectedReason: reason, caller: exchange.caller)
  }

  func cohosts(_ body: inout BodyReader, _ exchange: Exchange) async throws -> [AccountID]? {
    guard let names = try body.optionalStrings("cohosts", most: 50) else { return nil }
    var cohosts: [AccountID] = []
    for (index, name) in names.enumerated() {
      guard let id = try await named(name, pointer: "/cohosts/\(index)", exchange) else { continue }
      if !cohosts.contains(id) { cohosts.append(id) }
    }
    return cohosts
  }

  /// An account by its id or, for an operator, by its username.
  func named(_ text: String?, pointer: String, _ exchange: Exchange) async throws -> AccountID? {
    guard let text else { return nil }
    if let id = AccountID(parsing: text) { return id }
    let found =
      exchange.caller.actsAsOperator ? try await accounts.list(after: nil, limit: 1, username: text).items.first : nil
    guard let found else { throw Refusal(.invalidField, "names no account", pointer: pointer) }
    return found.id
  }
}

extension BodyReader {
  mutating func unprotectedReason() throws(Refusal) -> String? {
    guard var unprotected = try optionalObject("unprotected") else { return nil }
    let reason = try unprotected.optionalText("reason", limit: 500)
    try unprotected.finish()
    guard let reason else { throw Refusal(.invalidField, "is missing", pointer: "/unprotected/reason") }
    return reason
  }
}

extension Refusal {
  init(meeting refusal: MeetingRefusal) {
    switch refusal {
    case .invalidToken: self.init(.invalidToken)
    case .secondFactorRequired: self.init(.secondFactorRequired)
    case .notHost: self.init(.notHost)
    case .meetingExists: self.init(.meetingExists, "A meeting id is never given out twice.", pointer: "/id")
    case .externalExists:
      self.init(.meetingExists, "This front end has a meeting of that name.", pointer: "/external")
    case .hostUnknown: self.init(.invalidField, "names no account that may host", pointer: "/host")
    case .cohostUnknown: self.init(.invalidField, "names an account that there is not", pointer: "/cohosts")
    case .passcodeTooWeak:
      self.init(
        .passcodeTooWeak, "At least 8 characters, no run and no repetition; or leave it out and one is made.",
        pointer: "/passcode/value")
    case .sessionRequired:
      self.init(.notHost, "That takes the host's session; a front end that schedules may do less.")
    case .closesBeforeOpening:
      self.init(.invalidField, "is not after the opening", pointer: "/closes_at")
    case .profileUnknown: self.init(.invalidField, "names no profile of this site", pointer: "/profile")
    case .policyFloor(let broken): self.init(broken)
    case .unprotected:
      self.init(
        .unprotected, "Keep a passcode, a waiting room or a narrower open_to, or say why not in `unprotected`.",
        pointer: "/policy")
    }
  }

  init(_ broken: BrokenFloor) {
    let who =
      switch broken.level {
      case .site: "the site"
      case .profile: "the profile \(broken.profile ?? "")"
      case .host: "the profile \(broken.profile ?? "") that the host's account is bound to"
      case .meeting: "the meeting"
      }
    self.init(
      .policyFloor, "`\(broken.setting.rawValue)` cannot be looser than \(broken.floor.shown): \(who) fixed it.",
      pointer: "/policy/\(broken.setting.rawValue)")
  }
}
