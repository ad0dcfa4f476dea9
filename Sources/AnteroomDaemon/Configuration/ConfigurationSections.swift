import AnteroomCore
import AnteroomCrypto

/// What the files have said so far: a later file's value takes the place of an earlier one's, front ends and
/// audiences add up. What depends on several keys is judged at the end, with the places kept for it.
struct ConfigurationDraft {
  var configuration: Configuration
  var memoryKiB = Argon2Parameters.standard.memoryKiB
  var iterations = Argon2Parameters.standard.iterations
  var parallelism = Argon2Parameters.standard.parallelism
  /// Where the times of sessions, or the paths of sockets, were last set: for what they say together.
  var sessionsSpot: ConfigurationSpot?
  var socketsSpot: ConfigurationSpot?
  var passwordsSpot: ConfigurationSpot?
  var frontEnds: [FrontEndDraft] = []
  var audiences: [AudienceDraft] = []
  var issuers: [IssuerDraft] = []
  var site = PolicyLayer()
  var profiles: [String: PolicyLayer] = [:]

  mutating func readSockets(_ table: ConfigurationTable) {
    table.allow(["frontend", "admin", "frontend_group", "admin_group"])
    // unix(7): what an address holds, and its NUL.
    if let path = table.path("frontend", atMost: 107) { configuration.sockets.frontend = path }
    if let path = table.path("admin", atMost: 107) { configuration.sockets.admin = path }
    if let group = table.group("frontend_group") { configuration.sockets.frontendGroup = group }
    if let group = table.group("admin_group") { configuration.sockets.adminGroup = group }
    for key in ["frontend", "admin"] where table.has(key) { socketsSpot = table.spot(key) }
  }

  mutating func readStore(_ table: ConfigurationTable) {
    table.allow(["url"])
    guard let url = table.text("url") else { return }
    let scheme = "sqlite:"
    let remedy = "write url = \"sqlite:/var/lib/anteroom/anteroom.db\", or another absolute path after sqlite:"
    guard url.hasPrefix(scheme) else {
      return table.mistake("url", "`url` in [store] is \(url.shown), and the store is SQLite only", remedy)
    }
    let path = String(url.dropFirst(scheme.count))
    if let problem = pathProblem(path, atMost: 4095) {
      return table.mistake("url", "the path of `url` in [store] \(problem)", remedy)
    }
    configuration.storePath = path
  }

  mutating func readKeys(_ table: ConfigurationTable) {
    table.allow(["directory"])
    if let path = table.path("directory") { configuration.keyDirectory = path }
  }

  mutating func readPasswords(_ table: ConfigurationTable) {
    table.allow(
      [
        "memory_kib", "iterations", "parallelism", "concurrency", "queue", "queue_seconds", "blocklist_file",
        "breached_file",
      ])
    // The floor is OWASP's for Argon2id: below it a stolen database is a list of passwords.
    if let value = table.integer("memory_kib", in: Argon2Parameters.memoryRange) { memoryKiB = value }
    if let value = table.integer("iterations", in: Argon2Parameters.iterationsRange) { iterations = value }
    if let value = table.integer("parallelism", in: Argon2Parameters.parallelismRange) { parallelism = value }
    if let value = table.integer("concurrency", in: 1...64) { configuration.passwords.concurrency = value }
    if let value = table.integer("queue", in: 1...100_000) { configuration.passwords.queue = value }
    if let value = table.integer("queue_seconds", in: 1...120) { configuration.passwords.queueSeconds = value }
    if let path = table.path("blocklist_file") {
      configuration.passwords.blocklistFile = path
      if let problem = ConfigurationFile.problem(of: path) {
        table.mistake("blocklist_file", "`blocklist_file`: \(path) \(problem)", "let the daemon's user read it")
      }
    }
    if let path = table.path("breached_file") {
      configuration.passwords.breachedFile = path
      do throws(BreachedFileFault) {
        _ = try BreachedPasswordList.open(path)
      } catch {
        table.mistake("breached_file", "`breached_file`: \(error.problem)", error.remedy)
      }
    }
    passwordsSpot = table.spot
  }

  mutating func readSessions(_ table: ConfigurationTable) {
    table.allow(["idle_seconds", "max_seconds"])
    // A session of two factors has at most a day of each, whatever stands here: `SessionLifetime`.
    if let value = table.integer("idle_seconds", in: 60...2_592_000) {
      configuration.sessions.idleSeconds = value
      sessionsSpot = table.spot("idle_seconds")
    }
    if let value = table.integer("max_seconds", in: 60...2_592_000) {
      configuration.sessions.maxSeconds = value
      sessionsSpot = table.spot("max_seconds")
    }
  }

  mutating func readLimits(_ table: ConfigurationTable) {
    table.allow([
      "source_failures", "account_failures", "join_failures", "connections_per_peer", "waiting_per_meeting",
      "shared_sources",
    ])
    if let value = table.integer("source_failures", in: 1...1000) { configuration.limits.sourceFailures = value }
    if let value = table.integer(
      "account_failures", in: 1...SignInPolicy.mostStrangersFailures
    ) {
      configuration.limits.accountFailures = value
    }
    if let value = table.integer("join_failures", in: 1...1000) { configuration.limits.joinFailures = value }
    if let value = table.integer("connections_per_peer", in: 1...100_000) {
      configuration.limits.connectionsPerPeer = value
    }
    if let value = table.integer("waiting_per_meeting", in: 1...100_000) {
      configuration.limits.waitingPerMeeting = value
    }
    if let sources = table.sources("shared_sources") { configuration.limits.sharedSources = sources }
  }

  mutating func readLog(_ table: ConfigurationTable) {
    table.allow(["level", "format"])
    if let level = table.word("level", Configuration.LogLevel.self) { configuration.logLevel = level }
    if let format = table.word("format", Configuration.LogFormat.self) { configuration.logFormat = format }
  }
}

extension ConfigurationTable {
  /// The name of a group, as groupadd(8) lets one be; whether there is such a group is seen when it is needed.
  fileprivate func group(_ key: String) -> String? {
    guard let name = text(key) else { return nil }
    if isAccountName(name) { return name }
    mistake(key, "`\(key)` in \(title) is \(name.shown), which is no name of a group", "write the name of a group")
    return nil
  }

  /// Addresses behind which many people sit: IPv4, or IPv6 with or without the `/64` that it counts as.
  fileprivate func sources(_ key: String) -> Set<SourcePrefix>? {
    guard let texts = texts(key) else { return nil }
    var sources: Set<SourcePrefix> = []
    for (index, text) in texts.enumerated() {
      let isPrefix = text.hasSuffix("/64")
      let source = SourcePrefix(address: isPrefix ? String(text.dropLast(3)) : text)
      // An IPv4 address has no /64, also where it is written as an IPv6 one.
      guard let source, !isPrefix || source.text.hasSuffix("/64") else {
        mistake(
          key, element: index, "`\(key)` in \(title) holds \(text.shown), which is no address",
          "write an IPv4 address, or an IPv6 one, which means its /64")
        continue
      }
      sources.insert(source)
    }
    return sources
  }
}

/// What useradd(8) and groupadd(8) of any system here take, and nothing that a message or a file would trip over.
func isAccountName(_ name: String) -> Bool {
  (1...64).contains(name.utf8.count)
    && name.utf8.allSatisfy { $0.isLetterOrDigit || "._-$@".utf8.contains($0) } && !name.hasPrefix("-")
}

extension UInt8 {
  /// Of ASCII.
  var isLetterOrDigit: Bool { isLowercaseOrDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  var isLowercaseOrDigit: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
  }
}
