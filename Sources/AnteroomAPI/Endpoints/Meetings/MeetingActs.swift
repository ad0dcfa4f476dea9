import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func lockMeeting(_ services: Services) -> Endpoint {
    act("lockMeeting", "lock", bearer: .host) { exchange in
      try await services.hostControls.lock(
        exchange.meetingID, ifVersion: try exchange.ifMatch(), caller: exchange.caller)
    }
  }

  static func unlockMeeting(_ services: Services) -> Endpoint {
    act("unlockMeeting", "unlock", bearer: .session) { exchange in
      try await services.hostControls.unlock(
        exchange.meetingID, ifVersion: try exchange.ifMatch(), caller: exchange.caller)
    }
  }

  static func endMeeting(_ services: Services) -> Endpoint {
    act("endMeeting", "end", bearer: .session) { exchange in
      try await services.hostControls.end(
        exchange.meetingID, ifVersion: try exchange.ifMatch(), caller: exchange.caller)
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

extension HostAnswer {
  /// What was done, or the refusal that it is.
  func value() throws(Refusal) -> Value {
    switch self {
    case .done(let value): return value
    case .invalidToken: throw Refusal(.invalidToken)
    case .secondFactorRequired: throw Refusal(.secondFactorRequired)
    case .notHost: throw Refusal(.notHost)
    case .sessionRequired: throw Refusal(.notHost, "That takes the host's session; a ticket may do less.")
    case .noSuchJoin: throw Refusal(.notFound, "There is no such join in this meeting.")
    case .impossible(let obstacle):
      switch obstacle {
      case .ended: throw Refusal(.stateConflict, "The meeting has ended.")
      case .full: throw Refusal(.stateConflict, "Every seat is taken.")
      case .state: throw Refusal(.stateConflict, "The join is in a state that does not allow it.")
      case .hosting: throw Refusal(.stateConflict, "Nobody acts on a host.")
      }
    case .stale: throw Refusal(.stale)
    }
  }
}
