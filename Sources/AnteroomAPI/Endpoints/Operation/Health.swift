import AnteroomCore
import AnteroomServices

extension Endpoint {
  static func health(_ services: Services) -> Endpoint {
    Endpoint("health", "GET", "/v1/health", access: .anybody, secret: nil, cost: .memory, body: .none) { _ in
      guard services.operation.isServing else {
        throw Refusal(.storageUnavailable, "The store takes no changes.", retryAfter: 5)
      }
      return .json(200) { json in
        json.member("status", "ok")
        json.member("time", services.operation.now)
        json.member("version", services.operation.version)
        json.member("api", "v1")
      }
    }
  }
}
