import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomServices
import Foundation
import SecretMemory
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
      secret: endpoint.secrets.count > 1
        ? "[" + endpoint.secrets.map(\.rawValue).joined(separator: ", ") + "]"
        : endpoint.secrets.first?.rawValue ?? "none")
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
    var found: Set<SecretTest> = []
    for endpoint in try await CatalogueTests.catalogue() {
      #expect(Set(endpoint.secrets).count == endpoint.secrets.count, "\(endpoint.operation)")
      found.formUnion(endpoint.secrets)
    }
    #expect(found == Set(SecretTest.allCases))
    let budgets = SecretTest.allCases.reduce(into: Set<BudgetKind>()) { budgets, test in
      if case .budgets(let kinds) = test.limit { budgets.formUnion(kinds) }
    }
    #expect(budgets.isDisjoint(with: BudgetKind.ofNoSecret))
    #expect(budgets.union(BudgetKind.ofNoSecret) == Set(BudgetKind.allCases))
  }

  /// 256 random bits each: shown with what is tested, and never counted.
  private static let tokens: Set<String> = ["known_device", "challenge", "ticket"]
  /// Secrets that are to be kept from now on, and are compared with nothing.
  private static let new: [String: Set<String>] = [
    "createAccount": ["password"], "redeemPasswordReset": ["new_password"], "createMeeting": ["value"],
    "rotatePasscode": ["value"], "importAccounts": ["password_hash"], "changePassword": ["new_password"],
    "checkPassword": ["password"],
  ]

  @Test func `FAILURES 42: an operation whose body holds a secret says which it tests, unless it is a new one`()
    async throws
  {
    for endpoint in try await CatalogueTests.catalogue() {
      let members: Set<String>
      switch endpoint.body {
      case .none: members = []
      case .object(let secrets), .optionalObject(let secrets): members = secrets
      }
      let tested = endpoint.secrets.reduce(into: Set<String>()) { $0.formUnion($1.members) }
      let new = CatalogueTests.new[endpoint.operation] ?? []
      #expect(
        members.subtracting(tested).subtracting(CatalogueTests.tokens).subtracting(new).isEmpty,
        "\(endpoint.operation) takes a secret that nothing counts")
      #expect(new.isSubset(of: members.subtracting(tested)), "\(endpoint.operation)")
      // A grant is no secret of a body's: whoever sees it may redeem it.
      for test in endpoint.secrets where test != .grant {
        #expect(!test.members.isDisjoint(with: members), "\(endpoint.operation) tests no \(test)")
      }
    }
  }

  private static let limiter = AttemptLimiter(
    limits: AttemptLimits(
      sourceFailures: 50, accountFailures: 100, joinFailures: 10,
      sharedSources: Set(["198.51.100.1"].compactMap { SourcePrefix(address: $0) })),
    digests: KeyedDigests(root: RootKey(material: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))))

  private static func origin(_ address: String?, isBelieved: Bool) -> AttemptLimiter.Origin {
    AttemptLimiter.Origin(
      frontEnd: FrontEnd(
        name: "web", permissions: [], audiences: [], isBelievedOnSource: isBelieved, clientKind: nil, link: nil),
      source: address.flatMap { SourcePrefix(address: $0) })
  }

  @Test(
    arguments: [
      ("192.0.2.1", true, nil, [.accountSource, .strangers, .source]),
      ("192.0.2.1", true, "device", [.device]),
      ("198.51.100.1", true, nil, [.accountSource, .strangers]),
      ("198.51.100.1", true, "device", [.device]),
      ("192.0.2.1", false, nil, [.accountSource, .strangers]),
      (nil, true, nil, [.accountSource, .strangers]),
    ] as [(String?, Bool, String?, Set<BudgetKind>)])
  func `a password draws on the budgets that the registry has for it, by where it comes from and with what`(
    address: String?, isBelieved: Bool, device: String?, kinds: Set<BudgetKind>
  ) {
    let origin = Self.origin(address, isBelieved: isBelieved)
    let buckets = Self.limiter.password(name: Array("ada".utf8), origin: origin, knownDevice: device, account: nil)
    #expect(Set(buckets.map(\.kind)) == kinds && buckets.count == kinds.count)
    var declared: Set<BudgetKind> = []
    if case .budgets(let kinds) = SecretTest.password.limit { declared = kinds }
    #expect(kinds.isSubset(of: declared))
    // Another name through the same front end has buckets of its own, the source's excepted: never one for all.
    let other = Self.limiter.password(name: Array("bob".utf8), origin: origin, knownDevice: device, account: nil)
    #expect(Set(buckets.map(\.key)).intersection(other.map(\.key)).count == (kinds.contains(.source) ? 1 : 0))
  }

  @Test func `what else is tested draws on what the registry has for it`() {
    let account = AccountID(known: "acct_00000000000000000000000000")
    let origin = Self.origin("192.0.2.1", isBelieved: true)
    let name = Array("ada".utf8)
    let drawn: [(SecretTest, [BudgetBucket])] = [
      (.password, Self.limiter.confirmation(name: name, account: account)),
      (.setupCode, Self.limiter.setupCode(name: name, origin: origin, knownDevice: nil, account: nil)),
      (.passcode, Self.limiter.passcode(meeting: "kq3vm-8tzpa-w2hfd", origin: origin)),
    ]
    for (test, buckets) in drawn {
      var declared: Set<BudgetKind> = []
      if case .budgets(let kinds) = test.limit { declared = kinds }
      #expect(!buckets.isEmpty && Set(buckets.map(\.kind)).isSubset(of: declared))
    }
  }

  @Test func `the access matrix is the one that was agreed`() async throws {
    let lines = try await CatalogueTests.catalogue().map { endpoint in
      let access = endpoint.access
      return [
        endpoint.method, endpoint.path, access.adminOnly ? "admin" : "both", access.permission?.rawValue ?? "-",
        access.bearer.rawValue,
        endpoint.secrets.isEmpty ? "-" : endpoint.secrets.map(\.rawValue).joined(separator: "+"),
        endpoint.cost.rawValue,
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
