import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func changeAccount(_ services: Services) -> Endpoint {
    Endpoint(
      "changeAccount", "PATCH", "/v1/accounts/{account}", access: .frontEnds(.sessions, bearer: .session), secret: nil,
      cost: .write, body: .object(secrets: [])
    ) { exchange in
      var body = try exchange.body()
      let change = AccountService.Change(
        displayName: try body.optionalString("display_name"), disabled: try body.optionalBool("disabled"),
        isHost: try body.isHost(), vouched: try body.optionalBool("vouched"),
        profile: try body.change("profile") { body throws(Refusal) in try body.optionalString("profile", limit: 64) },
        ifVersion: exchange.ifMatch())
      try body.finish()
      let id = try await services.accountID(exchange)
      let isOwn =
        change.disabled == nil && change.isHost == nil && change.vouched == nil && change.profile == .keep
      guard isOwn || exchange.caller.actsAsOperator else {
        throw Refusal(.permissionDenied, "All but the display name is an operator's to change.")
      }
      switch try await services.accounts.change(id, change, caller: exchange.caller) {
      case .changed(let account): return .account(account)
      case .notFound: throw Refusal(.notFound, "There is no such account.")
      case .invalidToken: throw Refusal(.invalidToken)
      case .stale: throw Refusal(.stale)
      case .profileUnknown: throw Refusal(AccountRefusal.profileUnknown)
      case .tooManyAttempts(let seconds): throw Refusal(.tooManyAttempts, retryAfter: seconds)
      case .displayNameReserved: throw Refusal(AccountRefusal.displayNameReserved)
      case .displayNameNotAllowed: throw Refusal(AccountRefusal.displayNameNotAllowed)
      }
    }
  }
}
