/// Failures by the hour in which each was (in general: the 24th part of the time that their rule looks back), so that
/// each is forgotten by itself. Of those of one hour only the last one's time is kept: all of them are forgotten once the
/// rule's time has passed since it, so never early, and at most an hour late.
package struct FailureSlots: Hashable, Sendable {
  struct Slot: Hashable, Sendable {
    /// When the last of them was, in milliseconds since the epoch.
    var last: Int64
    var failures: Int
  }

  /// Oldest first, none of them empty.
  private var slots: [Slot]

  package static let empty = FailureSlots(slots: [])

  private init(slots: [Slot]) { self.slots = slots }

  package var isEmpty: Bool { slots.isEmpty }

  package var failures: Int { slots.reduce(0) { $0 + $1.failures } }

  /// Whoever fails in a slot that is past, as a clock that was turned back would have it, is counted in the last one:
  /// rather late than early.
  mutating func add(_ count: Int, at now: Instant, lookingBack seconds: Int) {
    let width = FailureSlots.milliseconds(lookingBack: seconds)
    if let newest = slots.last, newest.last / width >= now.milliseconds / width {
      slots[slots.count - 1] = Slot(last: max(newest.last, now.milliseconds), failures: newest.failures + count)
    } else {
      slots.append(Slot(last: now.milliseconds, failures: count))
    }
  }

  func forgetting(at now: Instant, lookingBack seconds: Int) -> FailureSlots {
    FailureSlots(slots: slots.filter { now < FailureSlots.end(of: $0, lookingBack: seconds) })
  }

  /// When fewer than `limit` are left of them; nil where there are no more than that now.
  func time(whenBelow limit: Int, lookingBack seconds: Int) -> Instant? {
    var left = failures
    var time: Instant?
    for slot in slots where left >= limit {
      left -= slot.failures
      time = FailureSlots.end(of: slot, lookingBack: seconds)
    }
    return time
  }

  /// When the last of them is forgotten.
  func end(lookingBack seconds: Int) -> Instant? {
    slots.last.map { FailureSlots.end(of: $0, lookingBack: seconds) }
  }

  /// Where the oldest slot begins: none that is left was before.
  func start(lookingBack seconds: Int) -> Instant? {
    let width = FailureSlots.milliseconds(lookingBack: seconds)
    return slots.first.map { Instant(milliseconds: $0.last / width * width) }
  }

  /// When what failed in a slot is forgotten.
  private static func end(of slot: Slot, lookingBack seconds: Int) -> Instant {
    Instant(milliseconds: slot.last).adding(seconds: seconds)
  }

  private static func milliseconds(lookingBack seconds: Int) -> Int64 { Int64(max(1, seconds / 24)) * 1000 }
}

extension FailureSlots {
  /// As it is stored: `milliseconds:failures`, parted by spaces.
  package var text: String { slots.map { "\($0.last):\($0.failures)" }.joined(separator: " ") }

  /// Nil for what `text` cannot have given.
  package init?(text: String) {
    var slots: [Slot] = []
    for word in text.split(separator: " ") {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let last = Int64(parts[0]), let failures = Int(parts[1]), failures > 0,
        slots.last.map({ $0.last < last }) ?? true
      else { return nil }
      slots.append(Slot(last: last, failures: failures))
    }
    self.init(slots: slots)
  }
}
