import AnteroomCore
import AnteroomServices

/// Carries one reader's events to it, as a stream or in answer to a poll. It holds no events: each time it
/// asks what came after its reader's place, and whether the reader still may know.
struct EventFeed: Sendable {
  private static let heartbeat = Duration.seconds(15)
  /// How soon a right that ended without an event closes the stream.
  private static let recheck = Duration.seconds(1)
  /// Under load, what comes within this time is told together.
  private static let gathering = Duration.milliseconds(3)

  let services: Services
  let reader: EventReader
  let callerNow: @Sendable () -> Caller?

  private var events: EventService { services.events }

  /// Writes until the right to it, the reader or its patience ends.
  func stream(from start: Int64?, into stream: any ReplyStream) async {
    guard let caller = callerNow() else { return }
    let subscription = events.subscribe(reader, caller: caller)
    defer { events.unsubscribe(subscription) }
    var place = start
    var lastWritten = ContinuousClock.now
    var lastRenewed = ContinuousClock.now
    while !Task.isCancelled {
      guard let caller = callerNow(),
        case .done(let look)? = try? await events.look(reader, after: place, caller: caller)
      else { return }
      place = look.place
      let text = EventText.stream(look, for: EventText.View(reader, caller))
      if !text.isEmpty {
        guard await stream.write(text) else { return }
        lastWritten = .now
      } else if ContinuousClock.now - lastWritten >= EventFeed.heartbeat {
        guard await stream.write(EventText.heartbeat) else { return }
        lastWritten = .now
      }
      // An open stream is use of its session, a busy one too.
      if caller.bearer != nil, ContinuousClock.now - lastRenewed >= EventFeed.heartbeat {
        try? await services.sessions.renew(caller)
        lastRenewed = .now
      }
      if look.isOver { return }
      if look.isFull { continue }
      let isNews = await subscription.wait(timeout: patience(look))
      if isNews && reader != .ownJoin { try? await Task.sleep(for: EventFeed.gathering) }
    }
  }

  /// A joiner's right ends with events of its own join, or at a time that is known; all others are asked anew.
  private func patience(_ look: EventLook) -> Duration {
    guard reader == .ownJoin else { return EventFeed.recheck }
    guard let end = look.standsUntil else { return EventFeed.heartbeat }
    let left = end.milliseconds(since: services.operation.now)
    return min(EventFeed.heartbeat, .milliseconds(max(10, left + 10)))
  }

  /// What came after `start`, waited for as long as the reader asked.
  func poll(from start: Int64?, seconds: Int) async throws -> Reply {
    guard let caller = callerNow() else { throw Refusal(.permissionDenied) }
    let deadline = ContinuousClock.now + .seconds(seconds)
    let subscription = events.subscribe(reader, caller: caller)
    defer { events.unsubscribe(subscription) }
    var place = start
    while true {
      guard let caller = callerNow() else { throw Refusal(.permissionDenied) }
      let answer = try await events.look(reader, after: place, caller: caller)
      if case .notHost = answer, caller.actsAsOperator { throw Refusal.noMeeting }
      let look = try answer.value()
      let left = deadline - ContinuousClock.now
      if !look.isEmpty || look.isOver || left <= .zero || Task.isCancelled {
        return .json(200) { EventText.page(look, for: EventText.View(reader, caller), into: &$0) }
      }
      // What was passed over was others': it is not looked through again.
      place = look.place
      if !look.isFull { _ = await subscription.wait(timeout: min(left, patience(look))) }
    }
  }
}

extension EventLook {
  var isEmpty: Bool {
    switch content {
    case .events(let events): events.isEmpty
    case .snapshot: false
    }
  }
}
