import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func changeMeeting(_ services: Services) -> Endpoint {
    Endpoint(
      "changeMeeting", "PATCH", "/v1/meetings/{meeting}", access: .frontEnds(.meetings, bearer: .sessionOrSchedule),
      secret: nil, cost: .write, body: .object(secrets: [])
    ) { exchange in
      var body = try exchange.body()
      let edit = try await services.edit(&body, exchange)
      try body.finish()
      let answer = try await services.hostControls.edit(exchange.meetingID, edit, caller: exchange.caller)
      switch try answer.value() {
      case .changed(let changed): return .changed(changed, exchange)
      case .refused(let refusal): throw Refusal(meeting: refusal)
      }
    }
  }

  static func openMeeting(_ services: Services) -> Endpoint {
    Endpoint(
      "openMeeting", "POST", "/v1/meetings/{meeting}/open",
      access: .frontEnds(.meetings, bearer: .sessionOrSchedule), secret: nil, cost: .write, body: .none
    ) { exchange in
      .changed(
        try await services.hostControls.open(
          exchange.meetingID, ifVersion: exchange.ifMatch(), caller: exchange.caller
        ).value(), exchange)
    }
  }

  static func deleteMeeting(_ services: Services) -> Endpoint {
    Endpoint(
      "deleteMeeting", "DELETE", "/v1/meetings/{meeting}",
      access: .frontEnds(.meetings, bearer: .sessionOrSchedule), secret: nil, cost: .write, body: .none
    ) { exchange in
      try await services.hostControls.delete(
        exchange.meetingID, ifVersion: exchange.ifMatch(), caller: exchange.caller
      ).value()
      return .noContent
    }
  }
}

extension Services {
  fileprivate func edit(_ body: inout BodyReader, _ exchange: Exchange) async throws -> MeetingEdit {
    let title = try body.change("title") { body throws(Refusal) in try body.optionalText("title", limit: 256) }
    let opensAt = try body.change("opens_at") { body throws(Refusal) in try body.optionalTime("opens_at") }
    let closesAt = try body.change("closes_at") { body throws(Refusal) in try body.optionalTime("closes_at") }
    var policyBody = try body.optionalObject("policy")
    return MeetingEdit(
      title: title, policy: try policyBody?.settingChanges() ?? [:], opensAt: opensAt, closesAt: closesAt,
      cohosts: try await cohosts(&body, exchange),
      host: try await named(try body.optionalString("host"), pointer: "/host", exchange),
      unprotectedReason: try body.unprotectedReason(), ifVersion: exchange.ifMatch())
  }
}

extension Reply {
  /// The meeting, with its passcode where it has just got one.
  fileprivate static func changed(_ changed: ChangedMeeting, _ exchange: Exchange) -> Reply {
    let meeting = changed.shown.meeting
    return json(200, etag: meeting.version) { json in
      json.key("meeting")
      json.meeting(meeting, host: changed.shown.host)
      if let passcode = changed.passcode {
        json.member("passcode", passcode)
        if let link = exchange.caller.frontEnd.link {
          json.member("url", link.url(to: meeting.id, passcode: passcode))
        }
      }
      if changed.isUnprotected { json.unprotectedWarning() }
    }
  }
}
