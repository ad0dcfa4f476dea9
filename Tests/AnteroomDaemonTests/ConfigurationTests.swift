import AnteroomCore
import AnteroomCrypto
import AnteroomDaemon
import AnteroomServices
import Testing

struct ConfigurationTests {
  /// Every line of the shipped file that gives a key outside of the front ends and audiences.
  private static let keys: [String] = {
    let lines = ((try? shippedConfiguration()) ?? "").split(separator: "\n").map(String.init)
    let end = lines.firstIndex(of: "#[[frontend]]") ?? lines.count
    // Below `[policy]` there are examples of tables within it, up to the next one.
    let examples = lines.firstIndex(of: "#[[policy.notices]]") ?? end
    let next = lines.firstIndex(of: "[log]") ?? end
    return (lines[..<examples] + lines[next..<end]).filter(isKey)
  }()

  private static func isKey(_ line: String) -> Bool {
    line.hasPrefix("#") && line.contains(" = ") && line.dropFirst().first?.isLowercase == true
  }

  /// Those that have no default but an example.
  private static let unset = ["#admin_group", "#shared_sources", "#reserved"]
  /// Those whose example is a file that is not there.
  private static let files = ["#blocklist_file", "#breached_file"]

  private static func namesFile(_ key: String) -> Bool { files.contains { key.hasPrefix($0) } }

  @Test func `the shipped file is the defaults`() throws {
    let configuration = try reading(shippedConfiguration()).get()
    #expect(configuration == Configuration(cores: 2))
  }

  @Test func `the shipped file has every key`() {
    #expect(Self.keys.count == 25 + PolicySetting.allCases.count - 1)
  }

  @Test(arguments: Self.keys.filter { namesFile($0) })
  func `a file that is named and not there is a mistake before the start`(key: String) throws {
    let text = try shippedConfiguration().split(separator: "\n").map { $0 == key ? String($0.dropFirst()) : String($0) }
    let mistakes = try reading(text.joined(separator: "\n")).mistakes
    #expect(mistakes.count == 1)
    #expect(mistakes.first?.problem.contains("cannot be read: No such file or directory") == true)
  }

  @Test(arguments: Self.keys.filter { !namesFile($0) })
  func `a shipped key has its default beside it`(key: String) throws {
    let text = try shippedConfiguration().split(separator: "\n").map { $0 == key ? String($0.dropFirst()) : String($0) }
    var configuration = try reading(text.joined(separator: "\n")).get()
    // What is said is another value than what is not, and comes to the same.
    let general = configuration.policies.book.effective(profile: "general", hostProfile: nil, own: [:]).policy
    if general == MeetingPolicy.general { configuration.policies = Configuration.PolicyLayers() }
    let isUnset = Self.unset.contains { key.hasPrefix($0) }
    #expect((configuration == Configuration(cores: 2)) == !isUnset)
  }

  @Test func `the shipped front end and audience are right as they are`() throws {
    // `user` or `uid`, not both.
    // Files of keys are not there.
    let absent = ["#user = ", "#key_file = ", "#key_id = ", "#uris = ", "#secret_file = "] + Self.files
    let all = try shippedConfiguration().split(separator: "\n")
    let issuers = try #require(all.firstIndex(of: "#[[issuer]]"))
    let lines = (all[..<issuers] + all[issuers...].drop { $0 != "[turn]" }).filter { line in
      !absent.contains { line.hasPrefix($0) }
    }
    let text = lines.map { Self.isKey(String($0)) || $0.hasPrefix("#[") ? String($0.dropFirst()) : String($0) }
    let configuration = try reading(text.joined(separator: "\n")).get()
    #expect(
      configuration.audienceEntries == [
        Audience(name: "room", dialect: .anteroom),
        Audience(
          name: "jitsi",
          dialect: .jitsi(
            JitsiDialect(algorithm: .rs256, issuer: "anteroom", domain: "meet.example.org", audience: "jitsi"))),
        Audience(name: "livekit", dialect: .livekit(LiveKitDialect(apiKey: "APIanteroom"))),
        Audience(name: "galene", dialect: .galene(GaleneDialect(location: "https://galene.example.org:8443/"))),
      ])
    #expect(
      configuration.frontEnds == [
        Configuration.FrontEndEntry(
          uid: 990,
          frontEnd: FrontEnd(
            name: "web", permissions: [.sessions, .meetings, .joins, .grants, .events], audiences: ["room"],
            isBelievedOnSource: false, clientKind: .person,
            link: try LinkTemplate(parsing: "https://meet.example.org/{meeting}")))
      ])
    #expect(configuration.sockets.adminGroup == "anteroom-admin")
    #expect(configuration.serviceNames == ["web", "meet.example.org"] + configuration.audiences)
    #expect(configuration.reservedNames == ["teacher", "front desk"])
    #expect(
      configuration.limits.sharedSources.map(\.text).sorted() == ["192.0.2.7", "2001:db8:1:0::/64"])
  }

  @Test(arguments: [(1, 1), (2, 2), (4, 4), (64, 4)])
  func `as many hashes run as there are cores, up to four`(cores: Int, concurrency: Int) throws {
    let configuration = try withFiles(["anteroom.toml": ""]) {
      try ConfigurationReader.read(path: "\($0)/anteroom.toml", cores: cores)
    }
    #expect(configuration.passwords.concurrency == concurrency)
  }

  @Test func `every value arrives where it belongs`() throws {
    let configuration = try reading(
      """
      sockets = {frontend = "/s/f", admin = "/s/a", frontend_group = "f", admin_group = "a"}
      store.url = "sqlite:/d/b.db"
      keys.directory = "/d/k"
      [passwords]
      memory_kib = 19456
      iterations = 2
      parallelism = 16
      concurrency = 64
      queue = 100_000
      queue_seconds = 0x78
      blocklist_file = "/etc/passwd"
      [sessions]
      idle_seconds = 60
      max_seconds = 61
      [limits]
      source_failures = 1
      account_failures = 2
      join_failures = 1000
      connections_per_peer = 3
      waiting_per_meeting = 100000
      shared_sources = ["::ffff:192.0.2.7", "2001:db8::1/64"]
      [names]
      reserved = ["teacher", "Front Desk", "\u{41B}\u{435}\u{43A}\u{442}\u{43E}\u{440}"]
      [log]
      level = "debug"
      format = "json"
      """
    ).get()
    var expected = Configuration(cores: 2)
    expected.sockets.frontend = "/s/f"
    expected.sockets.admin = "/s/a"
    expected.sockets.frontendGroup = "f"
    expected.sockets.adminGroup = "a"
    expected.storePath = "/d/b.db"
    expected.keyDirectory = "/d/k"
    expected.passwords.parameters = try Argon2Parameters(memoryKiB: 19_456, iterations: 2, parallelism: 16)
    expected.passwords.concurrency = 64
    expected.passwords.queue = 100_000
    expected.passwords.queueSeconds = 120
    expected.passwords.blocklistFile = "/etc/passwd"
    expected.sessions.idleSeconds = 60
    expected.sessions.maxSeconds = 61
    expected.limits.sourceFailures = 1
    expected.limits.accountFailures = 2
    expected.limits.joinFailures = 1000
    expected.limits.connectionsPerPeer = 3
    expected.limits.waitingPerMeeting = 100_000
    expected.limits.sharedSources = Set(["192.0.2.7", "2001:db8::"].compactMap { SourcePrefix(address: $0) })
    expected.reservedNames = ["teacher", "Front Desk", "\u{41B}\u{435}\u{43A}\u{442}\u{43E}\u{440}"]
    expected.logLevel = .debug
    expected.logFormat = .json
    #expect(configuration == expected)
  }
}
