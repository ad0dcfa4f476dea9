import AnteroomCore
import AnteroomDaemon
import AnteroomServices
import Testing

/// What a reload takes up, and what it says of the rest.
@Suite struct ConfigurationReloadTests {
  private static let cases: [(String, @Sendable (inout Configuration) -> Void, [String])] = [
    ("store", { $0.storePath = "/x" }, ["[store]"]), ("keys", { $0.keyDirectory = "/x" }, ["[keys]"]),
    ("the cost of a hash", { $0.passwords.queue = 7 }, ["[passwords]"]),
    ("the blocklist", { $0.passwords.blocklistFile = "/x" }, ["[passwords]"]),
    ("the breached list", { $0.passwords.breachedFile = "/x" }, []),
    ("sessions", { $0.sessions.idleSeconds = 61 }, ["[sessions]"]),
    ("limits", { $0.limits.joinFailures = 1 }, ["[limits]"]), ("names", { $0.reservedNames = ["x"] }, ["[names]"]),
    ("the log's format", { $0.logFormat = .json }, ["[log]"]), ("the log's level", { $0.logLevel = .debug }, []),
    ("policy", { $0.policies.site.values[.capacity] = .number(7) }, []),
    (
      "two of them",
      {
        $0.sessions.maxSeconds = 61
        $0.storePath = "/x"
      }, ["[store]", "[sessions]"]
    ),
  ]

  @Test(arguments: cases)
  func `what only a restart takes up is named by its section`(
    what: String, change: @Sendable (inout Configuration) -> Void, expected: [String]
  ) {
    let running = Configuration(cores: 2)
    var new = running
    change(&new)
    #expect(running.sectionsForRestart(in: new) == expected, "\(what)")
  }

  @Test func `each part of the configuration is taken up, or named, or stops the reload`() {
    let takenUp: Set<String> = [
      "policies", "frontEnds", "audienceEntries", "turn", "issuers", "logLevel",
    ]
    let named: Set<String> = [
      "storePath", "keyDirectory", "passwords", "sessions", "limits", "reservedNames", "logFormat",
    ]
    // Sockets stop a reload, and how many event loops there are is not in the file.
    let parts = Set(Mirror(reflecting: Configuration(cores: 2)).children.compactMap(\.label))
    #expect(parts == takenUp.union(named).union(["sockets", "eventLoops"]))
  }
}
