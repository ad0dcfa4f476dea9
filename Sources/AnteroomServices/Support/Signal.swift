import Synchronization

/// Wakes those who wait for a key. It carries nothing: whoever is woken asks the store again, so a
/// wake-up too many is harmless and one lost in a crash is a poll that ends by its own time.
package final class Signal<Key: Hashable & Sendable>: Sendable {
  private struct State {
    var byKey: [Key: [ObjectIdentifier: Subscription]] = [:]
    var keys: [ObjectIdentifier: [Key]] = [:]
  }
  private let state = Mutex(State())

  package init() {}

  /// Subscribe before reading the state: what changes after that is not missed.
  package func subscribe(_ keys: [Key]) -> Subscription {
    let subscription = Subscription()
    let id = ObjectIdentifier(subscription)
    state.withLock { state in
      state.keys[id] = keys
      for key in keys { state.byKey[key, default: [:]][id] = subscription }
    }
    return subscription
  }

  package func unsubscribe(_ subscription: Subscription) {
    let id = ObjectIdentifier(subscription)
    state.withLock { state in
      for key in state.keys.removeValue(forKey: id) ?? [] {
        state.byKey[key]?[id] = nil
        if state.byKey[key]?.isEmpty == true { state.byKey[key] = nil }
      }
    }
  }

  package func fire(_ key: Key) { fire([key]) }

  /// Each subscription of any of the keys, once.
  package func fire(_ keys: [Key]) {
    let woken = state.withLock { state -> [ObjectIdentifier: Subscription] in
      if state.byKey.isEmpty { return [:] }
      return keys.reduce(into: [:]) { woken, key in
        if let some = state.byKey[key] { woken.merge(some) { one, _ in one } }
      }
    }
    for subscription in woken.values { subscription.fire() }
  }

  package func fireAll() {
    let woken = state.withLock { $0.byKey.values.flatMap(\.values) }
    for subscription in woken { subscription.fire() }
  }

  /// How many wait, for tests and the status.
  package var count: Int { state.withLock { $0.keys.count } }
}

package final class Subscription: Sendable {
  private struct State {
    var fired = false
    /// Let go by the clock or by cancellation, perhaps before there was anybody to let go.
    var released = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  func fire() {
    let waiter = state.withLock { state in
      state.fired = true
      return state.waiter.take()
    }
    waiter?.resume()
  }

  private func release() {
    let waiter = state.withLock { state in
      state.released = true
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// True when fired since the last call; false after `timeout`, or when the task was cancelled.
  package func wait(timeout: Duration) async -> Bool {
    state.withLock { $0.released = false }
    let timer = Task { [weak self] in
      // A timer that was cancelled must not end the next wait.
      guard (try? await Task.sleep(for: timeout)) != nil else { return }
      self?.release()
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let resumeNow = state.withLock { state in
          if state.fired || state.released || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if resumeNow { continuation.resume() }
      }
    } onCancel: {
      release()
    }
    timer.cancel()
    return state.withLock { state in
      defer { state.fired = false }
      return state.fired
    }
  }
}
