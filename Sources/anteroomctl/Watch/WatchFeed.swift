import AnteroomClient
import AnteroomCore
import Synchronization

/// Brings a meeting's events and lists from the daemon, over lost connections and restarts. It decides nothing.
struct WatchFeed: Sendable {
  /// What it brings.
  enum News: Sendable {
    case opened
    case event(ServerEvent)
    case lost(attempt: Int, why: String)
    /// `after` is how many events had been told of when it was asked for: what came later it may not know of.
    case listed(WatchedMeeting, [WatchedPerson], after: Int)
    case time(Instant)
  }

  /// Lists longer than this are cut: their first are next in line, and the counts tell of all.
  private static let mostListed = 1000
  /// Events that come within this time are listed for once.
  private static let gathering = Duration.milliseconds(150)

  let context: WatchContext
  let meeting: String
  private let told = Told()

  init(context: WatchContext, meeting: String) {
    self.context = context
    self.meeting = meeting
  }

  /// How many events were told of.
  private final class Told: Sendable {
    private let events = Atomic(0)

    var count: Int { events.load(ordering: .sequentiallyConsistent) }
    func add() { events.add(1, ordering: .sequentiallyConsistent) }
  }

  /// Watches until the task is cancelled or the right to watch ends, which is thrown. `first` is a stream that was
  /// opened already.
  func run(_ first: EventStream, _ tell: @escaping @Sendable (News) -> Void) async throws {
    let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await watch(first, tell) { wish.yield() } }
      group.addTask {
        for await _ in wishes {
          let isListed = await list(tell)
          try await Task.sleep(for: isListed ? WatchFeed.gathering : .seconds(1))
          // What could not be listed is still to be: there may be no further event to ask for it.
          if !isListed { wish.yield() }
        }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  /// A stream from `place` on. A refusal is thrown; nil is a daemon that is not there, or not yet.
  func open(after place: String?) async throws -> Result<EventStream, Outage> {
    let call = Call.watchMeeting(meeting, after: place).with(bearer: try context.bearer())
    let watching: Client.Watching
    do {
      watching = try await context.client.watch(call)
    } catch {
      return .failure(Outage(failure: context.advice.failure("watch the meeting", error)))
    }
    switch watching {
    case .open(let stream): return .success(stream)
    case .answered(let answer):
      let problem = Problem(answer)
      let failure = context.advice.failure("watch the meeting", problem, target: call.target)
      // What passes by itself is waited for.
      guard [429, 503, 507].contains(problem.status) else { throw failure }
      return .failure(Outage(failure: failure))
    }
  }

  /// Why there is no stream at the moment.
  struct Outage: Error { let failure: Failure }

  private func watch(
    _ first: EventStream, _ tell: @escaping @Sendable (News) -> Void, _ list: @Sendable () -> Void
  ) async throws {
    var stream: EventStream? = first
    var place: String?
    var attempt = 0
    var why = "the connection ended"
    while !Task.isCancelled {
      if let open = stream {
        tell(.opened)
        attempt = 0
        await tellTime(tell)
        list()
        for await event in open.events {
          if !event.id.isEmpty { place = event.id }
          tell(.event(event))
          // Only then: a list that counts an event must not come before it.
          told.add()
          list()
        }
        why = "the connection ended"
      }
      attempt += 1
      tell(.lost(attempt: attempt, why: why))
      try await Task.sleep(for: .milliseconds(min(4000, 250 << min(attempt - 1, 4))))
      switch try await self.open(after: place) {
      case .success(let next): stream = next
      case .failure(let outage):
        stream = nil
        why = outage.failure.why ?? outage.failure.what
      }
    }
  }

  /// The daemon's clock, by which it says since when somebody waits.
  private func tellTime(_ tell: @Sendable (News) -> Void) async {
    guard let answer = try? await context.client.send(.health), let text = try? answer.json()["time"]?.text,
      let time = Instant(rfc3339: text)
    else { return }
    tell(.time(time))
  }

  /// Says how things stand; false where the daemon does not answer.
  func list(_ tell: @Sendable (News) -> Void) async -> Bool {
    let after = told.count
    guard let shown = try? await value(.meeting(meeting)) else { return false }
    var people: [WatchedPerson] = []
    for state in ["waiting", "admitted", "present", "left"] {
      guard let found = try? await joins(state) else { return false }
      // Who went on between two of these lists stands in both: the later one is right.
      let ids = Set(found.map(\.id))
      people = people.filter { !ids.contains($0.id) } + found
    }
    tell(.listed(WatchedMeeting(shown["meeting"] ?? shown), people, after: after))
    return true
  }

  private func joins(_ state: String) async throws -> [WatchedPerson] {
    var people: [WatchedPerson] = []
    var cursor: String?
    repeat {
      let page = try await value(.joins(of: meeting, state: state, limit: 200, cursor: cursor))
      people += (page["items"]?.items ?? []).compactMap(WatchedPerson.init)
      cursor = page["next_cursor"]?.text
    } while cursor != nil && people.count < WatchFeed.mostListed
    return people
  }

  private func value(_ call: Call) async throws -> JSONValue {
    try await context.client.send(call.with(bearer: try context.bearer())).accepted().json()
  }
}

/// Whom the console speaks to, and as whom.
struct WatchContext: Sendable {
  let client: Client
  let advice: Advice
  private let sessions: SessionStore
  let mayAct: Bool

  init(_ context: Context, mayAct: Bool) {
    client = context.client
    advice = context.advice
    sessions = context.sessions
    self.mayAct = mayAct
  }

  /// Read anew each time: who signs in again beside it goes on here.
  func bearer() throws -> WipedBytes? { mayAct ? try sessions.read() : nil }
}
