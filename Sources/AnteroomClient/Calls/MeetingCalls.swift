extension Call {
  /// `body` as section 5 of the contract has it.
  package static func createMeeting(_ body: WipedBytes) -> Call { Call("POST", Target("meetings").text, body: body) }

  package static func meetings(
    state: String? = nil, external: String? = nil, limit: Int? = nil, cursor: String? = nil
  ) -> Call {
    Call(
      "GET",
      Target("meetings").query("state", state).query("external", external).query("limit", limit)
        .query("cursor", cursor).text)
  }

  package static func meeting(_ id: String) -> Call { Call("GET", Target("meetings", id).text) }

  /// What a host does to the meeting itself.
  package enum MeetingAct: String, Sendable { case lock, unlock, end }

  package static func act(_ act: MeetingAct, on meeting: String) -> Call {
    Call("POST", Target("meetings", meeting, act.rawValue).text)
  }

  package static func joins(of meeting: String, state: String?, limit: Int? = nil, cursor: String? = nil) -> Call {
    Call(
      "GET",
      Target("meetings", meeting, "joins").query("state", state).query("limit", limit).query("cursor", cursor).text)
  }

  package static func admit(_ join: String, to meeting: String) -> Call {
    Call("POST", Target("meetings", meeting, "joins", join, "admit").text)
  }

  /// `reason` is for hosts and audit, `message` for the person.
  package static func deny(_ join: String, of meeting: String, reason: String?, message: String?) -> Call {
    var body = JSONBody()
    body.set("reason", ifPresent: reason)
    body.set("message", ifPresent: message)
    return Call("POST", Target("meetings", meeting, "joins", join, "deny").text, body: body.finish())
  }
}
