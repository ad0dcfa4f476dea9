import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listMeetings(_ services: Services) -> Endpoint {
    Endpoint(
      "listMeetings", "GET", "/v1/meetings", access: .frontEnds(.meetings, bearer: .session), secret: nil, cost: .read,
      query: ["role", "external", "state", "from", "to", "limit", "cursor"], body: .none
    ) { exchange in
      let state = try exchange.query["state"].map { text throws(Refusal) in
        guard let state = MeetingState(rawValue: text) else {
          throw Refusal(.invalidField, "state must be scheduled, open or ended.")
        }
        return state
      }
      let part = try exchange.query["role"].map { text throws(Refusal) in
        guard let part = MeetingFilter.Part(rawValue: text) else {
          throw Refusal(.invalidField, "role must be host, cohost or invited.")
        }
        return part
      }
      let filter = MeetingFilter(
        part: part, external: exchange.query["external"], state: state, from: try exchange.time("from"),
        to: try exchange.time("to"))
      let answer = try await services.meetings.list(
        filter, after: try exchange.cursor(), limit: try exchange.limit(), caller: exchange.caller)
      switch answer {
      case .page(let page): return .page(page) { $0.meeting($1) }
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
  /// A time in the query.
  fileprivate func time(_ name: String) throws(Refusal) -> Instant? {
    guard let text = query[name] else { return nil }
    guard let time = Instant(rfc3339: text) else {
      throw Refusal(.invalidField, "\(name) must be a time as 2026-11-22T08:30:00Z.")
    }
    return time
  }

  /// The meeting that the path names. What no meeting can be called is one that does not exist, and is
  /// looked up like any other.
  var meetingID: MeetingID { MeetingID(parsing: parameter("meeting")) ?? MeetingID(known: "-") }
}
