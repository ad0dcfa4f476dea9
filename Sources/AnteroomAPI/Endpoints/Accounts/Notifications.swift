import AnteroomCore
import AnteroomServices

extension Endpoint {
  /// A page, newest first; or with `after` or `wait` in the query what came since, oldest first, waited for.
  static func listNotifications(_ services: Services) -> Endpoint {
    Endpoint(
      "listNotifications", "GET", "/v1/accounts/me/notifications", access: .frontEnds(.sessions, bearer: .session),
      secret: nil, cost: .read, query: ["limit", "cursor", "after", "wait"], body: .none
    ) { exchange in
      let limit = try exchange.limit()
      let cursor = try exchange.cursor()
      if exchange.query["after"] != nil || exchange.query["wait"] != nil {
        guard cursor == nil else { throw Refusal(.invalidField, "cursor is of a list, and after of what comes.") }
        return try await poll(services, exchange, after: exchange.after() ?? 0, limit: limit)
      }
      let page = try await services.notifications.page(before: cursor, limit: limit, caller: exchange.caller)
      guard let page else { throw Refusal(.invalidToken) }
      return .page(page) { $0.notification($1) }
    }
  }

  /// How soon a session that ended is noticed while somebody waits by it.
  private static let recheck = Duration.seconds(1)

  private static func poll(
    _ services: Services, _ exchange: Exchange, after: Int64, limit: Int
  ) async throws -> Reply {
    let notifications = services.notifications
    let deadline = ContinuousClock.now + .seconds(try exchange.waitSeconds())
    guard let account = try await notifications.reader(exchange.caller) else { throw Refusal(.invalidToken) }
    let subscription = notifications.subscribe(account)
    defer { notifications.unsubscribe(subscription) }
    while true {
      guard let caller = exchange.callerNow() else { throw Refusal(.permissionDenied) }
      guard let news = try await notifications.news(after: after, limit: limit, caller: caller) else {
        throw Refusal(.invalidToken)
      }
      let left = deadline - ContinuousClock.now
      if !news.isEmpty || left <= .zero || Task.isCancelled {
        return .page(Page(items: news, next: nil)) { $0.notification($1) }
      }
      _ = await subscription.wait(timeout: min(left, recheck))
    }
  }
}

extension JSONText {
  mutating func notification(_ notification: Notification) {
    object { json in
      json.member("number", notification.number)
      json.member("event", notification.event.rawValue)
      json.member("time", notification.time)
      json.member("count", notification.count)
      json.member("last_time", notification.lastTime)
      json.key("detail")
      json.raw(Array(notification.detail.utf8))
    }
  }
}
