import AnteroomClient
import AnteroomCore

/// What can happen to a console.
enum WatchInput: Equatable, Sendable {
  case key(Key)
  case event(WatchEvent)
  /// How things stood when so many events had come.
  case listed(WatchedMeeting, [WatchedPerson], after: Int)
  case connection(WatchState.Connection)
  case done(HostDeed, String)
  case failed(HostDeed, String)
  case time(Instant)
}

/// What a console asks of its surroundings.
enum WatchEffect: Equatable, Sendable {
  case act(HostDeed)
  case ring
  case redraw
  case stop
  case quit
}

/// One event of a meeting's stream, as a console needs it.
struct WatchEvent: Equatable, Sendable {
  let name: String
  let join: String?
  let state: String?
  let role: String?
  let epoch: Int?
  let reason: String?

  init(name: String, _ data: JSONValue) {
    self.name = visible(name)
    join = data["join"]?.text.map { visible($0) }
    state = data["state"]?.text.map { visible($0) }
    role = data["role"]?.text.map { visible($0) }
    epoch = data["epoch"]?.integer
    reason = data["reason"]?.text.map { visible($0) }
  }
}

extension WatchState {
  /// The next state, and what is to be done about it.
  mutating func apply(_ input: WatchInput) -> [WatchEffect] {
    switch input {
    case .key(let key): return press(key)
    case .event(let event):
      recent.add(event)
      return hear(event)
    case .listed(let meeting, let people, let after):
      // A list that was asked for before an event and comes after it would set things back, and a key would act on
      // what is over: what came meanwhile is said again on top of it. Where too much came for that, it is let go;
      // another has been asked for.
      guard let missed = recent.since(after) else { return [] }
      let alarm = alarm
      take(meeting, people)
      for event in missed { _ = hear(event) }
      self.alarm = alarm
    case .connection(let connection): self.connection = connection
    case .done(_, let text): notice = Notice(text: text)
    case .failed(_, let text): notice = Notice(text: text, isFailure: true)
    case .time(let now): self.now = now
    }
    return []
  }

  /// An event says that something changed, and its list comes a moment later; what it says by itself is shown
  /// at once.
  private mutating func hear(_ event: WatchEvent) -> [WatchEffect] {
    if let epoch = event.epoch, epoch > meeting?.epoch ?? 0 { meeting?.epoch = epoch }
    if let id = event.join, let state = event.state {
      change(id) { person in
        person.state = state
        // What is left open until the list comes: a drop may be made good.
        person.away = person.away || event.name == "join.left"
        if let role = event.role { person.role = role }
      }
    }
    switch event.name {
    case "meeting.opened": meeting?.state = "open"
    case "meeting.ended": meeting?.state = "ended"
    case "meeting.locked": meeting?.locked = true
    case "meeting.suspended": meeting?.locked = true
    case "meeting.unlocked": meeting?.locked = false
    case "meeting.passcode_rotated":
      meeting?.mustRotate = false
      alarm = nil
    case "meeting.at_risk":
      let why = event.reason.map { " (\($0.replacing("_", with: " ")))" } ?? ""
      alarm = "This meeting is at risk\(why): strangers may be guessing. A new passcode shuts them out."
      return [.ring]
    case _: break
    }
    return []
  }
}
