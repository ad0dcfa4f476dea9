/// The last events, by how many came before: lists and events come by two ways, and either may be late.
struct RecentEvents: Equatable, Sendable {
  /// More come within one list only where somebody floods the meeting, and then nothing is kept for them.
  static let most = 1000

  private var events: [WatchEvent] = []
  /// How many came before the first that is kept.
  private var dropped = 0

  /// How many came in all.
  var count: Int { dropped + events.count }

  mutating func add(_ event: WatchEvent) {
    events.append(event)
    if events.count > RecentEvents.most { drop(events.count / 2) }
  }

  /// Those that came after the first `number`; nil where not all of them are kept any more. Earlier ones are
  /// forgotten: lists come in order.
  mutating func since(_ number: Int) -> [WatchEvent]? {
    guard number >= dropped else { return nil }
    drop(min(number - dropped, events.count))
    return events
  }

  private mutating func drop(_ number: Int) {
    events.removeFirst(number)
    dropped += number
  }
}
