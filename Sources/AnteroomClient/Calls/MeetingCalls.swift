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
  package enum MeetingAct: String, Sendable { case lock, unlock, suspend, end, open }

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

  /// All who wait and may be let in unseen.
  package static func admitWaiting(to meeting: String) -> Call {
    Call("POST", Target("meetings", meeting, "admit-waiting").text)
  }

  package static func sendBack(_ join: String, of meeting: String) -> Call {
    Call("POST", Target("meetings", meeting, "joins", join, "send-back").text)
  }

  /// The two acts that shut somebody out, and say so.
  package enum ShuttingOut: String, Sendable { case deny, remove }

  /// `reason` is for hosts and audit, `message` for the person; `ban` bars whoever it is for the occurrence.
  package static func shutOut(
    _ join: String, of meeting: String, by act: ShuttingOut, reason: String?, message: String?, ban: Bool
  ) -> Call {
    var body = JSONBody()
    body.set("reason", ifPresent: reason)
    body.set("message", ifPresent: message)
    body.set("ban", .bool(ban))
    return Call("POST", Target("meetings", meeting, "joins", join, act.rawValue).text, body: body.finish())
  }

  /// To one person, or to all who wait.
  package static func message(_ text: String, to join: String?, in meeting: String) -> Call {
    var body = JSONBody()
    body.set("text", .string(text))
    let target =
      if let join { Target("meetings", meeting, "joins", join, "message") } else {
        Target("meetings", meeting, "message")
      }
    return Call("POST", target.text, body: body.finish())
  }
}

extension Call {
  /// A stream: see `Client.watch`.
  package static func watchMeeting(_ meeting: String, after: String?) -> Call {
    Call("GET", Target("meetings", meeting, "events").text).with(lastEventID: after)
  }

  /// A new passcode; what nil is the daemon chooses as before.
  package static func rotatePasscode(of meeting: String, kind: String?, value: WipedBytes? = nil) -> Call {
    var body = JSONBody()
    body.set("kind", ifPresent: kind)
    if let value { body.set("value", secret: value) }
    return Call("POST", Target("meetings", meeting, "passcode").text, body: body.finish())
  }

  package static func bans(of meeting: String, limit: Int? = nil, cursor: String? = nil) -> Call {
    Call("GET", Target("meetings", meeting, "bans").query("limit", limit).query("cursor", cursor).text)
  }

  /// Whom or what a bar is on.
  package enum BanTarget: String, Sendable { case account, invite, join }

  package static func ban(
    _ id: String, as target: BanTarget, in meeting: String, reason: String?, expiresAt: String?
  ) -> Call {
    var body = JSONBody()
    body.set(target.rawValue, id)
    body.set("reason", ifPresent: reason)
    body.set("expires_at", ifPresent: expiresAt)
    return Call("POST", Target("meetings", meeting, "bans").text, body: body.finish())
  }

  package static func liftBan(_ ban: String, in meeting: String) -> Call {
    Call("DELETE", Target("meetings", meeting, "bans", ban).text)
  }
}

extension Call {
  /// `body` holds what is to change, as section 5 of the contract has it.
  package static func editMeeting(_ meeting: String, _ body: WipedBytes) -> Call {
    Call("PATCH", Target("meetings", meeting).text, body: body)
  }

  package static func deleteMeeting(_ meeting: String) -> Call { Call("DELETE", Target("meetings", meeting).text) }

  package static func invite(to meeting: String, _ body: WipedBytes) -> Call {
    Call("POST", Target("meetings", meeting, "invites").text, body: body)
  }

  package static func invites(to meeting: String, limit: Int? = nil, cursor: String? = nil) -> Call {
    Call("GET", Target("meetings", meeting, "invites").query("limit", limit).query("cursor", cursor).text)
  }

  package static func revokeInvite(_ invite: String, in meeting: String) -> Call {
    Call("DELETE", Target("meetings", meeting, "invites", invite).text)
  }

  package static func simulate(in meeting: String, _ body: WipedBytes) -> Call {
    Call("POST", Target("meetings", meeting, "simulate").text, body: body)
  }

  package static func attendance(of meeting: String, limit: Int? = nil, cursor: String? = nil) -> Call {
    Call("GET", Target("meetings", meeting, "attendance").query("limit", limit).query("cursor", cursor).text)
  }

  package static let policy = Call("GET", Target("policy").text)
}
