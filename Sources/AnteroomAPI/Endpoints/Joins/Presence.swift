import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func reportPresent(_ services: Services) -> Endpoint {
    report("reportPresent", "present") { try await services.presence.present($0, caller: $1) }
  }

  static func reportLeft(_ services: Services) -> Endpoint {
    report("reportLeft", "left") { try await services.presence.left($0, caller: $1) }
  }

  private static func report(
    _ operation: String, _ verb: String, _ report: @escaping @Sendable (JoinID, Caller) async throws -> PresenceResult
  ) -> Endpoint {
    Endpoint(
      operation, "POST", "/v1/joins/{join}/\(verb)", access: .frontEnds(.grants, bearer: .none), secret: nil,
      cost: .write, body: .none
    ) { exchange in
      guard let id = JoinID(parsing: exchange.parameter("join")) else { throw Refusal(.notFound, Self.unknown) }
      switch try await report(id, exchange.caller) {
      case .join(let join, let meeting):
        return .json(200) { json in
          json.key("join")
          json.join(join, epoch: meeting.epoch)
        }
      case .unknown: throw Refusal(.notFound, Self.unknown)
      case .impossible(let state): throw Refusal(.stateConflict, "The join is \(state.rawValue).")
      }
    }
  }

  private static let unknown = "There is no such join for this front end."

  static func replaceRoster(_ services: Services) -> Endpoint {
    Endpoint(
      "replaceRoster", "PUT", "/v1/meetings/{meeting}/roster", access: .frontEnds(.grants, bearer: .none),
      secret: nil, cost: .write, body: .object(secrets: [])
    ) { exchange in
      var body = try exchange.body()
      let ids = try body.joinIDs("joins")
      try body.finish()
      guard let ids else { throw Refusal(.invalidField, "is missing", pointer: "/joins") }
      let barred = try await services.presence.roster(
        ids, in: MeetingID(parsing: exchange.parameter("meeting")), caller: exchange.caller)
      return .json(200) { json in json.array("barred", barred) { $0.value($1.text) } }
    }
  }
}

extension BodyReader {
  /// A list of join ids; nil where it is missing.
  mutating func joinIDs(_ name: String) throws(Refusal) -> [JoinID]? {
    // As many as the largest body holds.
    guard let texts = try optionalStrings(name, most: 2048) else { return nil }
    var ids: [JoinID] = []
    for (index, text) in texts.enumerated() {
      guard let id = JoinID(parsing: text) else {
        throw Refusal(.invalidField, "must be the id of a join", pointer: "/\(name)/\(index)")
      }
      ids.append(id)
    }
    return ids
  }
}
