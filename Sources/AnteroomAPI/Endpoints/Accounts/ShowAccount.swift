import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func showAccount(_ services: Services) -> Endpoint {
    Endpoint(
      "showAccount", "GET", "/v1/accounts/{account}", access: .frontEnds(.sessions, bearer: .session), secret: nil,
      cost: .read, body: .none
    ) { exchange in
      let id = try await services.accountID(exchange)
      guard let account = try await services.accounts.show(id) else {
        throw Refusal(.notFound, "There is no such account.")
      }
      return .account(account)
    }
  }
}

extension Services {
  /// The account that a path names: any for an operator, for everybody else their own, by `me` or by id.
  func accountID(_ exchange: Exchange) async throws -> AccountID {
    if exchange.caller.actsAsOperator && exchange.parameter("account") != "me" {
      return try exchange.accountID("account")
    }
    let own: AccountID
    switch try await sessions.standing(exchange.caller) {
    case .invalid: throw Refusal(.invalidToken)
    case .enrolmentOnly: throw Refusal(.secondFactorRequired)
    case .stands(let found): own = found.account.id
    }
    guard exchange.parameter("account") == "me" || exchange.parameter("account") == own.text else {
      throw Refusal(.permissionDenied, "Other people's accounts are an operator's to see.")
    }
    return own
  }
}
