import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func resetPassword(_ services: Services) -> Endpoint {
    Endpoint(
      "resetPassword", "POST", "/v1/accounts/{account}/password-reset", access: .operators, secret: nil, cost: .write,
      body: .none
    ) { exchange in
      guard let reset = try await services.resets.start(try exchange.accountID("account"), caller: exchange.caller)
      else {
        throw Refusal(.notFound, "There is no such account.")
      }
      return .json(201) { json in
        json.member("reset_code", reset.code)
        json.member("expires_at", reset.expiresAt)
      }
    }
  }
}
