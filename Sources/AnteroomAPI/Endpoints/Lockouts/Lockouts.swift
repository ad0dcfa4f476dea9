import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listLockouts(_ services: Services) -> Endpoint {
    Endpoint(
      "listLockouts", "GET", "/v1/lockouts", access: .operators, secret: nil, cost: .read,
      query: ["username", "source", "account", "all", "limit", "cursor"], body: .none
    ) { exchange in
      let page = try await services.lockouts.list(
        try exchange.wantedLockouts(), after: try exchange.cursor(), limit: try exchange.limit())
      return .page(page) { $0.lockout($1) }
    }
  }

  static func clearLockout(_ services: Services) -> Endpoint {
    Endpoint(
      "clearLockout", "DELETE", "/v1/lockouts/{lockout}", access: .operators, secret: nil, cost: .write, body: .none
    ) { exchange in
      guard let id = LockoutID(parsing: exchange.parameter("lockout")),
        try await services.lockouts.clear(id, caller: exchange.caller)
      else { throw Refusal(.notFound, "Nothing is counted under that id.") }
      return .noContent
    }
  }
}

extension Exchange {
  fileprivate func wantedLockouts() throws(Refusal) -> LockoutService.Wanted {
    var source: SourcePrefix?
    if let text = query["source"] {
      guard let parsed = SourcePrefix(address: text) else {
        throw Refusal(.invalidField, "source must be an IPv4 or IPv6 address.")
      }
      source = parsed
    }
    var account: AccountID?
    if let text = query["account"] {
      guard let parsed = AccountID(parsing: text) else {
        throw Refusal(.invalidField, "account must be the id of an account.")
      }
      account = parsed
    }
    let all: Bool
    switch query["all"] {
    case nil, "false": all = false
    case "true": all = true
    case _: throw Refusal(.invalidField, "all must be true or false.")
    }
    return LockoutService.Wanted(username: query["username"], source: source, account: account, all: all)
  }
}

extension JSONText {
  fileprivate mutating func lockout(_ lockout: Lockout) {
    object { json in
      if let id = lockout.id { json.member("id", id.text) }
      json.member("kind", lockout.kind)
      if let account = lockout.account {
        json.object("account") { json in
          json.member("id", account.id.text)
          json.member("username", account.username.text)
        }
      }
      json.member("failures", lockout.failures)
      json.member("limit", lockout.limit)
      if let time = lockout.since { json.member("since", time) }
      if let time = lockout.until { json.member("until", time) }
      json.member("why", lockout.why)
    }
  }
}
