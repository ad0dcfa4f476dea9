import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func lockMeeting(_ services: Services) -> Endpoint {
    act("lockMeeting", "lock", bearer: .host) { exchange in
      try await services.hostControls.lock(
        exchange.meetingID, ifVersion: exchange.ifMatch(), caller: exchange.caller)
    }
  }

  static func unlockMeeting(_ services: Services) -> Endpoint {
    act("unlockMeeting", "unlock", bearer: .session) { exchange in
      try await services.hostControls.unlock(
        exchange.meetingID, ifVersion: exchange.ifMatch(), caller: exchange.caller)
    }
  }

  static func suspendMeeting(_ services: Services) -> Endpoint {
    act("suspendMeeting", "suspend", bearer: .host) { exchange in
      try await services.hostControls.suspend(
        exchange.meetingID, ifVersion: exchange.ifMatch(), caller: exchange.caller)
    }
  }

  static func admitWaiting(_ services: Services) -> Endpoint {
    Endpoint(
      "admitWaiting", "POST", "/v1/meetings/{meeting}/admit-waiting", access: .frontEnds(.joins, bearer: .host),
      secret: nil, cost: .write, body: .optionalObject(secrets: [])
    ) { exchange in
      var body = try exchange.body()
      let named = try body.joinIDs("joins")
      try body.finish()
      let done = try await services.hostControls.admitWaiting(
        named, in: exchange.meetingID, caller: exchange.caller
      ).value()
      return .json(200) { json in
        json.member("admitted", done.admitted)
        json.array("skipped", done.skipped) { json, skipped in
          json.object { json in
            json.member("join", skipped.join.text)
            json.member("code", skipped.code.rawValue)
          }
        }
      }
    }
  }

  static func messageWaiting(_ services: Services) -> Endpoint {
    Endpoint(
      "messageWaiting", "POST", "/v1/meetings/{meeting}/message", access: .frontEnds(.joins, bearer: .host),
      secret: nil, cost: .write, body: .object(secrets: [])
    ) { exchange in
      let told = try await services.hostControls.message(
        try exchange.text(), in: exchange.meetingID, caller: exchange.caller
      ).value()
      return .json(200) { $0.member("told", told) }
    }
  }

  static func endMeeting(_ services: Services) -> Endpoint {
    act("endMeeting", "end", bearer: .sessionOrSchedule) { exchange in
      try await services.hostControls.end(
        exchange.meetingID, ifVersion: exchange.ifMatch(), caller: exchange.caller)
    }
  }

  private static func act(
    _ operation: String, _ verb: String, bearer: BearerRule,
    _ act: @escaping @Sendable (Exchange) async throws -> HostAnswer<ShownMeeting>
  ) -> Endpoint {
    Endpoint(
      operation, "POST", "/v1/meetings/{meeting}/\(verb)", access: .frontEnds(.meetings, bearer: bearer), secret: nil,
      cost: .write, body: .none
    ) { exchange in .meeting(try await act(exchange).value()) }
  }
}

extension Refusal {
  /// To operators; to anybody else it is as if they had no right to it.
  static let noMeeting = Refusal(.notFound, "There is no such meeting.")
}

extension HostAnswer {
  /// What was done, or the refusal that it is.
  func value() throws(Refusal) -> Value {
    switch self {
    case .done(let value): return value
    case .invalidToken: throw Refusal(.invalidToken)
    case .secondFactorRequired: throw Refusal(.secondFactorRequired)
    case .notHost: throw Refusal(.notHost)
    case .sessionRequired: throw Refusal(.notHost, "That takes the host's session; a ticket may do less.")
    case .reauthenticationRequired:
      throw Refusal(
        .reauthenticationRequired,
        "Show the second factor again, or the password where there is none: POST /v1/sessions/reauthenticate.")
    case .noSuchMeeting: throw Refusal.noMeeting
    case .noSuchJoin: throw Refusal(.notFound, "There is no such join in this meeting.")
    case .impossible(let obstacle):
      switch obstacle {
      case .ended: throw Refusal(.stateConflict, "The meeting has ended.")
      case .external: throw Refusal(.stateConflict, "Another meeting has its foreign name by now.")
      case .full: throw Refusal(.stateConflict, "Every seat is taken.")
      case .state: throw Refusal(.stateConflict, "The join is in a state that does not allow it.")
      case .hosting: throw Refusal(.stateConflict, "Nobody acts on a host.")
      case .barred: throw Refusal(.stateConflict, "Whoever it is was barred from this occurrence.")
      case .policy: throw Refusal(.stateConflict, "The meeting's policy does not let the like of it in any more.")
      case .notice: throw Refusal(.participantActionRequired, "The person has to agree to a notice first.")
      case .viewer: throw Refusal(.stateConflict, "A viewer never publishes.")
      case .roleAbove: throw Refusal(.permissionDenied, "The role of host comes from the meeting's record alone.")
      }
    case .stale: throw Refusal(.stale)
    }
  }
}
