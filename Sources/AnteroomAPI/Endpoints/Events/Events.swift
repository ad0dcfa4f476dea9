import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func watchMeeting(_ services: Services) -> Endpoint {
    watch(
      "watchMeeting", "/v1/meetings/{meeting}/events", .frontEnds(.events, bearer: .host), services
    ) { .meeting($0.meetingID) }
  }

  static func watchOwnJoin(_ services: Services) -> Endpoint {
    watch("watchOwnJoin", "/v1/joins/self/events", .frontEnds(.joins, bearer: .ticket), services) { _ in .ownJoin }
  }

  static func watchJoins(_ services: Services) -> Endpoint {
    watch("watchJoins", "/v1/events", .frontEnds(.events, bearer: .none), services) { _ in .frontEnd }
  }

  /// A stream, or with `after` or `wait` in the query its long-polling twin.
  private static func watch(
    _ operation: String, _ path: String, _ access: Access, _ services: Services,
    _ reader: @escaping @Sendable (Exchange) -> EventReader
  ) -> Endpoint {
    Endpoint(
      operation, "GET", path, access: access, secret: nil, cost: .read, query: ["after", "wait"], body: .none
    ) { exchange in
      let feed = EventFeed(services: services, reader: reader(exchange), callerNow: exchange.callerNow)
      if exchange.query["after"] != nil || exchange.query["wait"] != nil {
        return try await feed.poll(from: try exchange.after(), seconds: try exchange.waitSeconds())
      }
      let standing = try await services.events.mayWatch(feed.reader, caller: exchange.caller)
      if case .notHost = standing, exchange.caller.actsAsOperator { throw Refusal.noMeeting }
      _ = try standing.value()
      // What is no number of ours is as good as none: the reader gets a snapshot.
      let place = exchange.request.header("last-event-id").flatMap(Numbers.decimal)
      var reply = Reply(status: 200, contentType: "text/event-stream")
      reply.stream = { stream in await feed.stream(from: place, into: stream) }
      return reply
    }
  }

  static func acknowledgeRevocation(_ services: Services) -> Endpoint {
    Endpoint(
      "acknowledgeRevocation", "POST", "/v1/revocations/{revocation}/ack", access: .frontEnds(.events, bearer: .none),
      secret: nil, cost: .write, body: .none
    ) { exchange in
      guard let number = Numbers.decimal(exchange.parameter("revocation")),
        try await services.events.acknowledge(number, caller: exchange.caller)
      else { throw Refusal(.notFound, "There is no such revocation.") }
      return .noContent
    }
  }
}

extension Exchange {
  /// `?after=`, the number of an event or of a notification.
  func after() throws(Refusal) -> Int64? {
    guard let text = query["after"] else { return nil }
    guard let number = Numbers.decimal(text) else {
      throw Refusal(.invalidField, "after must be the number of an event.")
    }
    return number
  }

  /// `?wait=`, 0 to 30 seconds.
  func waitSeconds() throws(Refusal) -> Int {
    guard let text = query["wait"] else { return 0 }
    guard let seconds = Numbers.decimal(text), (0...30).contains(seconds) else {
      throw Refusal(.invalidField, "wait must be a whole number of seconds from 0 to 30.")
    }
    return Int(seconds)
  }
}
