import AnteroomCore
import AnteroomServices

/// How events look on the wire: frames of a stream (the WHATWG's Server-Sent Events), or items of a page.
enum EventText {
  /// What of an event its reader may see.
  struct View {
    /// A front end without the permission `grants` gets none.
    let showsGrants: Bool
    /// Who did something is for hosts.
    let showsActor: Bool

    init(_ reader: EventReader, _ caller: Caller) {
      showsGrants = caller.frontEnd.permissions.contains(.grants)
      showsActor =
        switch reader {
        case .meeting: true
        case .ownJoin, .frontEnd: false
        }
    }
  }

  static let heartbeat = Array(":\n\n".utf8)

  /// Empty where there is nothing to tell.
  static func stream(_ look: EventLook, for view: View) -> [UInt8] {
    switch look.content {
    case .snapshot(let snapshot):
      return frame(look.place, "snapshot", JSONText.object { json in json.snapshot(snapshot, view) })
    case .events(let events):
      return events.flatMap { told in
        frame(told.number, told.event.name.rawValue, JSONText.object { json in json.told(told, view) })
      }
    }
  }

  /// JSON has no line end in it: strings escape theirs.
  private static func frame(_ number: Int64, _ name: String, _ data: [UInt8]) -> [UInt8] {
    Array("id: \(number)\nevent: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8)
  }

  /// `{"events":[{id, event, data}],"after":…}`
  static func page(_ look: EventLook, for view: View, into json: inout JSONText) {
    switch look.content {
    case .snapshot(let snapshot):
      json.array("events", [look.place]) { json, number in
        json.object { json in
          json.member("id", String(number))
          json.member("event", "snapshot")
          json.object("data") { $0.snapshot(snapshot, view) }
        }
      }
    case .events(let events):
      json.array("events", events) { json, told in
        json.object { json in
          json.member("id", String(told.number))
          json.member("event", told.event.name.rawValue)
          json.object("data") { $0.told(told, view) }
        }
      }
    }
    json.member("after", String(look.place))
  }
}

extension JSONText {
  fileprivate mutating func snapshot(_ snapshot: EventSnapshot, _ view: EventText.View) {
    switch snapshot {
    case .ownJoin(let own):
      key("join")
      join(own.join, epoch: own.meeting.epoch)
      if let grant = own.grant, view.showsGrants { given(grant) }
      if !own.notices.isEmpty { array("notices", own.notices) { $0.notice($1) } }
    case .meeting(let shown, let joins):
      key("meeting")
      meeting(shown.meeting, host: shown.host)
      array("joins", joins) { $0.join($1) }
    case .frontEnd(let joins):
      array("joins", joins) { json, hosted in
        json.object { json in
          json.member("join", hosted.join.id.text)
          json.member("meeting", hosted.join.meeting.text)
          json.member("state", hosted.join.state.rawValue)
          json.member("role", hosted.join.role.rawValue)
          json.member("epoch", hosted.epoch)
        }
      }
    }
  }

  fileprivate mutating func told(_ told: ToldEvent, _ view: EventText.View) {
    let event = told.event
    member("meeting", event.meeting.text)
    if let join = event.join {
      member("join", join.id.text)
      if event.name == .revocation {
        member("revocation", String(told.number))
        if let end = event.expiresAt { member("expires_at", end) }
      } else {
        member("state", join.state.rawValue)
        member("role", join.role.rawValue)
      }
    }
    guard let own = told.own else {
      member("epoch", event.epoch)
      if view.showsActor { member("by", event.by) }
      return
    }
    // Who is outside learns nothing of the meeting but its own state; who was outside then, nothing of then.
    let isInside = own.join.mayHaveGrant && event.join?.state.isInside == true
    if isInside { member("epoch", event.epoch) }
    if let message = event.message { member("message", message) }
    if let grant = own.grant, isInside, view.showsGrants { given(grant) }
  }
}
