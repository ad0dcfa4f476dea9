extension Endpoint {
  static func openAPI() -> Endpoint {
    Endpoint("openAPI", "GET", "/v1/openapi.yaml", access: .anybody, secret: nil, cost: .memory, body: .none) { _ in
      Reply(status: 200, contentType: "application/yaml", body: OpenAPIDocument.bytes)
    }
  }
}

/// `openapi.yaml` as it was when this was built.
package enum OpenAPIDocument {
  package static var bytes: [UInt8] { PackageResources.openapi_yaml }
}
