package import AnteroomCore
import Synchronization

/// Keeps what goes wrong at each request from being written at each request: a file that cannot be read, asked for by
/// whoever likes as often as they like, must not fill the disk with the log of it.
package final class Repetitions: Sendable {
  private struct Written {
    var since: Instant
    /// How often it happened again and was not written.
    var unwritten = 0
  }

  private struct State {
    var texts: [String: Written] = [:]
    /// Of texts that found no place.
    var others = 0
  }

  private let state = Mutex(State())

  /// Each text once in so many seconds.
  package static let seconds = 60
  /// So many texts at most in that time: some name a place that whoever asks can vary.
  package static let most = 10

  package init() {}

  /// Nil where it is not to be written now; otherwise how often it happened and was not written.
  package func unwritten(before text: String, at now: Instant) -> Int? {
    state.withLock { state in
      if let last = state.texts[text], Repetitions.isLately(last, now) {
        state.texts[text]?.unwritten += 1
        return nil
      }
      var unwritten = state.texts[text]?.unwritten ?? 0
      for (other, written) in state.texts where !Repetitions.isLately(written, now) {
        if other != text { state.others += written.unwritten }
        state.texts[other] = nil
      }
      guard state.texts.count < Repetitions.most else {
        state.others += unwritten + 1
        return nil
      }
      unwritten += state.others
      state.others = 0
      state.texts[text] = Written(since: now)
      return unwritten
    }
  }

  /// A clock that was turned back makes nothing wait.
  private static func isLately(_ written: Written, _ now: Instant) -> Bool {
    now >= written.since && now < written.since.adding(seconds: seconds)
  }
}
