import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func showAttendance(_ services: Services) -> Endpoint {
    Endpoint(
      "showAttendance", "GET", "/v1/meetings/{meeting}/attendance", access: .frontEnds(.meetings, bearer: .session),
      secret: nil, cost: .write, query: ["occurrence", "limit", "cursor"], body: .none
    ) { exchange in
      let occurrence = try exchange.query["occurrence"].map { text throws(Refusal) in
        guard let number = Numbers.decimal(text), number > 0 else {
          throw Refusal(.invalidField, "occurrence must be the number of one.")
        }
        return number
      }
      let answer = try await services.hostControls.attendance(
        of: exchange.meetingID, occurrence: occurrence, after: try exchange.cursor(), limit: try exchange.limit(),
        caller: exchange.caller)
      if case .notHost = answer, exchange.caller.actsAsOperator { throw Refusal.noMeeting }
      guard let page = try answer.value() else {
        throw Refusal(.stateConflict, "The meeting's policy keeps no attendance.")
      }
      return .page(page) { $0.stay($1) }
    }
  }
}

extension JSONText {
  fileprivate mutating func stay(_ stay: Stay) {
    object { json in
      json.member("join", stay.join.text)
      if let name = stay.displayName { json.member("display_name", name) }
      json.object("identity") { json in
        json.member("class", stay.joinerClass.rawValue)
        if let account = stay.account { json.member("account", account.text) }
      }
      json.member("occurrence", stay.occurrence)
      json.times(of: stay)
    }
  }

  /// Without an end while it lasts.
  mutating func times(of stay: Stay) {
    member("entered_at", stay.enteredAt)
    if let time = stay.leftAt { member("left_at", time) }
  }
}
