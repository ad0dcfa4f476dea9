import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listMeetings(_ services: Services) -> Endpoint {
    Endpoint(
      "listMeetings", "GET", "/v1/meetings", access: .frontEnds(.meetings, bearer: .session), secret: nil, cost: .read,
      query: ["role", "external", "state", "limit", "cursor"], body: .none
    ) { exchange in
      let state = try exchange.query["state"].map { text throws(Refusal) in
        guard let state = MeetingState(rawValue: text) else {
          throw Refusal(.invalidField, "state must be scheduled, open or ended.")
        }
        return state
      }
      if let role = exchange.query["role"], role != "host", role != "cohost" {
        throw Refusal(.invalidField, "role must be host or cohost.")
      }
      let answer = try await services.meetings.list(
        after: try exchange.cursor(), limit: try exchange.limit(), external: exchange.query["external"], state: state,
        role: exchange.query["role"].flatMap(JoinRole.init), caller: exchange.caller)
      switch answer {
      case .page(let page): return .page(page) { $0.meeting($1.meeting, host: $1.host) }
      case .invalidToken: throw Refusal(.invalidToken)
      case .secondFactorRequired: throw Refusal(.secondFactorRequired)
      }
    }
  }

  static func showMeeting(_ services: Services) -> Endpoint {
    Endpoint(
      "showMeeting", "GET", "/v1/meetings/{meeting}", access: .frontEnds(.meetings, bearer: .session), secret: nil,
      cost: .read, body: .none
    ) { exchange in
      switch try await services.meetings.show(exchange.meetingID, caller: exchange.caller) {
      case .meeting(let shown): return .meeting(shown)
      case .invalidToken: throw Refusal(.invalidToken)
      case .secondFactorRequired: throw Refusal(.secondFactorRequired)
      case .notFound: throw Refusal(.notFound, "There is no such meeting.")
      case .notHost: throw Refusal(.notHost)
      }
    }
  }
}

extension Exchange {
  /// The meeting that the path names. What no meeting can be called is one that does not exist, and is
  /// looked up like any other.
  var meetingID: MeetingID { MeetingID(parsing: parameter("meeting")) ?? MeetingID(known: "-") }
}
