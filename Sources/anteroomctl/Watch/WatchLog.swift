import AnteroomClient
import AnteroomCore
import Synchronization

/// One line an event, for whoever reads along without a terminal.
struct WatchLog {
  private let feed: WatchFeed
  private let console: Console
  private var time: (daemon: Instant, at: ContinuousClock.Instant)?
  /// Names, which events do not carry.
  private var people: [String: WatchedPerson] = [:]

  init(feed: WatchFeed, console: Console) {
    self.feed = feed
    self.console = console
  }

  static func run(_ feed: WatchFeed, _ stream: EventStream, _ console: Console) async throws {
    var log = WatchLog(feed: feed, console: console)
    let (news, put) = AsyncStream.makeStream(of: WatchFeed.News.self)
    let failed = Mutex<(any Error)?>(nil)
    let task = Task {
      do { try await feed.run(stream) { put.yield($0) } } catch { failed.withLock { $0 = error } }
      put.finish()
    }
    defer { task.cancel() }
    for await item in news { await log.take(item) }
    if let error = failed.withLock({ $0 }) { throw error }
  }

  private mutating func take(_ news: WatchFeed.News) async {
    switch news {
    case .opened: break
    case .time(let now): time = (now, .now)
    case .lost(let attempt, let why):
      console.hint("anteroomctl: reconnecting (try \(attempt)): \(why)")
    case .listed(_, let listed, _): for person in listed { people[person.id] = person }
    case .event(let event): await tell(event)
    }
  }

  private mutating func tell(_ event: ServerEvent) async {
    if console.json {
      let name = JSONValue.string(event.name).bytes
      let id = JSONValue.string(event.id).bytes
      return console.raw(
        Array("{\"id\":".utf8) + id + Array(",\"event\":".utf8) + name + Array(",\"data\":".utf8)
          + event.data + [0x7D])
    }
    guard let data = try? event.json() else { return }
    if event.name == "snapshot" {
      for person in (data["joins"]?.items ?? []).compactMap(WatchedPerson.init) { people[person.id] = person }
    } else if let id = data["join"]?.text, people[id] == nil {
      for person in await feed.everybody() { people[person.id] = person }
    }
    let now = time.map { $0.daemon.adding(seconds: Int((ContinuousClock.now - $0.at).components.seconds)) }
    console.lines([WatchLog.line(event.name, data, at: now, people: people)])
  }

  static func line(_ name: String, _ data: JSONValue, at now: Instant?, people: [String: WatchedPerson]) -> String {
    var parts = [now.map { "\($0)" } ?? "-", name]
    if name == "snapshot" {
      let meeting = WatchedMeeting(data["meeting"] ?? .null)
      parts += [
        meeting.state, meeting.locked ? "locked" : "unlocked", "epoch=\(meeting.epoch)", "waiting=\(meeting.waiting)",
        "admitted=\(meeting.admitted)", "present=\(meeting.present)",
      ]
      return visible(parts.joined(separator: "  "))
    }
    if let id = data["join"]?.text {
      parts.append(id)
      if let person = people[id] {
        parts.append(WatchRow(person, WatchState(meeting: "", mayAct: false, now: Instant(milliseconds: 0))).facts)
      }
    }
    for member in data.members ?? [] where !["meeting", "join", "state"].contains(member.name) {
      parts.append("\(member.name)=\(Layout.text(member.value))")
    }
    // Last, so that nothing in a name passes for what stands before it.
    if let person = data["join"]?.text.flatMap({ people[$0] }) { parts.append("name=\(person.name)") }
    return visible(parts.joined(separator: "  "))
  }
}

extension WatchFeed {
  /// Everybody who waits or is in, by name.
  fileprivate func everybody() async -> [WatchedPerson] {
    let found = Mutex<[WatchedPerson]>([])
    _ = await list { news in
      if case .listed(_, let people, _) = news { found.withLock { $0 = people } }
    }
    return found.withLock { $0 }
  }
}
