import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func listAccounts(_ services: Services) -> Endpoint {
    Endpoint(
      "listAccounts", "GET", "/v1/accounts", access: .operators, secret: nil, cost: .read,
      query: ["username", "limit", "cursor"], body: .none
    ) { exchange in
      let page = try await services.accounts.list(
        after: try exchange.cursor(), limit: try exchange.limit(), username: exchange.query["username"])
      return .page(page) { $0.account($1) }
    }
  }
}
