package import AnteroomCore

/// Tells people what happened to their accounts. A session that may only enrol may read them too: whoever comes in by a
/// recovery code needs to know what happened most.
package struct NotificationService: Sendable {
  let ports: AccountPorts
  let changed: Signal<EventTopic>

  package init(ports: AccountPorts, changed: Signal<EventTopic>) {
    self.ports = ports
    self.changed = changed
  }

  /// Whose notifications the caller reads; nil where its bearer is none.
  package func reader(_ caller: Caller) async throws(StorageFault) -> AccountID? {
    return try await ports.store.read { snapshot throws(StorageFault) in
      try snapshot.authenticate(caller.bearer).session?.account.id
    }
  }

  /// Newest first; nil where the bearer is none.
  package func page(
    before cursor: Int64?, limit: Int, caller: Caller
  ) async throws(StorageFault) -> Page<Notification>? {
    return try await ports.store.read { snapshot throws(StorageFault) -> Page<Notification>? in
      guard let found = try snapshot.authenticate(caller.bearer).session else { return nil }
      return try snapshot.notifications(of: found.account.id, before: cursor, limit: limit)
    }
  }

  /// Oldest first, after a number; nil where the bearer is none, or not any more.
  package func news(
    after number: Int64, limit: Int, caller: Caller
  ) async throws(StorageFault) -> [Notification]? {
    return try await ports.store.read { snapshot throws(StorageFault) -> [Notification]? in
      guard let found = try snapshot.authenticate(caller.bearer).session else { return nil }
      return try snapshot.notifications(of: found.account.id, after: number, limit: limit)
    }
  }

  /// Fired when there may be news. Subscribe before asking for them.
  package func subscribe(_ account: AccountID) -> Subscription { changed.subscribe([.account(account)]) }

  package func unsubscribe(_ subscription: Subscription) { changed.unsubscribe(subscription) }
}
