import AnteroomAPI
import AnteroomDaemon
import AnteroomServices
import Foundation
import Testing

/// The catalogue of endpoints against what is published of it.
@Suite struct CatalogueTests {
  private static func catalogue() async throws -> [Endpoint] {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("catalogue-\(UUID().uuidString).db").path
    let site = try Site(path: path)
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let catalogue = site.composition.api.catalogue
    await site.close()
    return catalogue
  }

  /// What `openapi.yaml` says of one operation, read by its indentation: two spaces before a path, four
  /// before a method, six before what is said of it.
  private struct Published: Hashable {
    var path = ""
    var method = ""
    var operation = ""
    var access = ""
    var secret = ""
  }

  private static func published() -> [Published] {
    var found: [Published] = []
    var path = ""
    let text = String(decoding: OpenAPIDocument.bytes, as: UTF8.self)
    for line in text.split(separator: "\n").drop(while: { $0 != "paths:" }).dropFirst().prefix(while: {
      $0 != "components:"
    }) {
      let indent = line.prefix { $0 == " " }.count
      let content = line.dropFirst(indent)
      if indent == 2, content.hasPrefix("/") { path = String(content.dropLast()) }
      if indent == 4, ["get:", "post:", "put:", "patch:", "delete:"].contains(String(content)) {
        found.append(Published(path: path, method: content.dropLast().uppercased()))
      }
      guard indent == 6, !found.isEmpty, let colon = content.firstIndex(of: ":") else { continue }
      let value = content[content.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      switch content[..<colon] {
      case "operationId": found[found.count - 1].operation = value
      case "x-anteroom-access": found[found.count - 1].access = value
      case "x-anteroom-tests-secret": found[found.count - 1].secret = value
      case _: continue
      }
    }
    return found
  }

  private static func described(_ endpoint: Endpoint) -> Published {
    let access = endpoint.access
    let socket = access.adminOnly ? "admin" : "both"
    return Published(
      path: endpoint.path, method: endpoint.method, operation: endpoint.operation,
      access:
        "{ socket: \(socket), permission: \(access.permission?.rawValue ?? "none"), bearer: \(access.bearer.rawValue) }",
      secret: endpoint.secret?.rawValue ?? "none")
  }

  @Test func `openapi.yaml describes every endpoint, with its access and the secret it tests, and no other`()
    async throws
  {
    let ours = Set(try await CatalogueTests.catalogue().map(CatalogueTests.described))
    let theirs = Set(CatalogueTests.published())
    #expect(ours.subtracting(theirs).isEmpty)
    #expect(theirs.subtracting(ours).isEmpty)
    #expect(!theirs.isEmpty)
  }

  @Test func `FAILURES 42: every kind of guessable secret is tested by an operation that a budget or a counter limits`()
    async throws
  {
    // A password, a setup code and a passcode draw on the limiter's buckets; a one-time code on its
    // authenticator's own count; tokens, grants and an issuer's word are 256 random bits
    // and signatures.
    let limited: [SecretTest: Set<String>] = [
      .password: ["signIn", "enrolTOTP", "reauthenticate", "removeTOTP", "replaceRecoveryCodes"],
      .setupCode: ["redeemPasswordReset"], .passcode: ["join"],
      .oneTimeCode: ["secondFactor", "confirmTOTP"], .token: ["introspectSession"],
      .grant: ["redeemGrant", "introspectGrant"], .identity: ["federatedSignIn"],
    ]
    var found: [SecretTest: Set<String>] = [:]
    for endpoint in try await CatalogueTests.catalogue() {
      guard let secret = endpoint.secret else { continue }
      found[secret, default: []].insert(endpoint.operation)
    }
    #expect(found == limited)
  }

  @Test func `the access matrix is the one that was agreed`() async throws {
    let lines = try await CatalogueTests.catalogue().map { endpoint in
      let access = endpoint.access
      return [
        endpoint.method, endpoint.path, access.adminOnly ? "admin" : "both", access.permission?.rawValue ?? "-",
        access.bearer.rawValue, endpoint.secret?.rawValue ?? "-", endpoint.cost.rawValue,
      ].joined(separator: " ")
    }
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/access-matrix.txt")
    if ProcessInfo.processInfo.environment["ANTEROOM_GOLDEN"] == "write" {
      try (lines.joined(separator: "\n") + "\n").write(to: golden, atomically: true, encoding: .utf8)
    }
    let agreed = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(lines == agreed, "an endpoint's access changed: if that was meant, change Tests/Golden/access-matrix.txt")
  }
}
