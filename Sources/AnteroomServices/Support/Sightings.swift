package import AnteroomCore
import Synchronization

/// When somebody who waits was last heard of: by a poll, a stream, or the front end that watches for all of its
/// own. For the host's eye alone: it decides nothing, so it is kept in memory, and a restart forgets it.
package final class Sightings: Sendable {
  /// Longer than a long poll and than the time between two signs of life of a stream.
  package static let silentSeconds = 45
  /// So many are remembered before the silent ones are dropped.
  private static let most = 20_000

  private struct State {
    var joins: [JoinID: Instant] = [:]
    var frontEnds: [String: Instant] = [:]
    var tidiedAt: Instant
  }
  private let state: Mutex<State>
  private let start: Instant

  package init(since start: Instant) {
    self.start = start
    state = Mutex(State(tidiedAt: start))
  }

  /// `seconds` is how long whoever it is stays on the line.
  package func saw(_ join: Join, at now: Instant, seconds: Int = 0) {
    guard join.state == .waiting else { return }
    state.withLock { state in
      state.joins[join.id] = now.adding(seconds: seconds)
      guard state.joins.count > Sightings.most, now.milliseconds(since: state.tidiedAt) > 10_000 else { return }
      // Who is not remembered counts as silent as well, so nothing is lost with them.
      state.joins = state.joins.filter { !Sightings.isSilent(since: $0.value, at: now) }
      state.tidiedAt = now
    }
  }

  /// A front end's own stream is up: it speaks for all who wait through it.
  package func saw(frontEnd: String, at now: Instant) {
    state.withLock { $0.frontEnds[frontEnd] = now }
  }

  /// Whether nobody has been heard of behind a join that waits.
  package func isAway(_ join: Join, at now: Instant) -> Bool {
    guard join.state == .waiting else { return false }
    let last = state.withLock { state in
      [start, join.createdAt, state.joins[join.id], state.frontEnds[join.frontEnd]].compactMap { $0 }.max()
    }
    return last.map { Sightings.isSilent(since: $0, at: now) } ?? true
  }

  private static func isSilent(since last: Instant, at now: Instant) -> Bool {
    now.milliseconds(since: last) > Int64(silentSeconds) * 1000
  }
}
