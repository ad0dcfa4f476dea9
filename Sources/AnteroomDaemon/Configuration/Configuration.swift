package import AnteroomCore
package import AnteroomCrypto
package import AnteroomServices

/// Everything that `anteroom.toml` says, judged: a value of this type is a configuration that the daemon
/// can run with. The contract's section 8.
package struct Configuration: Equatable, Sendable {
  package struct Sockets: Equatable, Sendable {
    package var frontend = "/run/anteroom/frontend.sock"
    package var admin = "/run/anteroom/admin.sock"
    package var frontendGroup: String? = Sockets.defaultGroup
    package var adminGroup: String?

    /// What `make install` creates. A machine that has no such group and names no other gets a socket of
    /// the daemon's own group.
    package static let defaultGroup = "anteroom-frontend"
  }

  package struct Passwords: Equatable, Sendable {
    package var parameters = Argon2Parameters.standard
    /// Threads that hash, each with its own memory.
    package var concurrency: Int
    package var queue = 256
    package var queueSeconds = 10
    package var blocklistFile: String?
    /// Ordered `SHA1:COUNT` lines.
    package var breachedFile: String?
  }

  package struct Sessions: Equatable, Sendable {
    package var idleSeconds = 3600
    package var maxSeconds = 86_400
  }

  package struct Limits: Equatable, Sendable {
    package var sourceFailures = 50
    package var accountFailures = 100
    package var joinFailures = 10
    package var connectionsPerPeer = 1024
    package var waitingPerMeeting = 1000
    package var sharedSources: Set<SourcePrefix> = []
  }

  /// A front end with the uid that the kernel must name.
  package struct FrontEndEntry: Equatable, Sendable {
    package var uid: UInt32
    package var frontEnd: FrontEnd

    package init(uid: UInt32, frontEnd: FrontEnd) {
      self.uid = uid
      self.frontEnd = frontEnd
    }
  }

  package enum LogFormat: String, Sendable, CaseIterable { case journal, json, text }
  package enum LogLevel: String, Sendable, CaseIterable { case error, warning, info, debug }

  /// What stands above the meetings' own policies.
  package struct PolicyLayers: Equatable, Sendable {
    package var site: PolicyLayer
    package var profiles: [String: PolicyLayer]

    package init(site: PolicyLayer = PolicyLayer(), profiles: [String: PolicyLayer] = [:]) {
      self.site = site
      self.profiles = profiles
    }

    package var book: PolicyBook { PolicyBook(site: site, profiles: profiles) }
  }

  package var sockets = Sockets()
  /// The path behind `sqlite:`.
  package var storePath = "/var/lib/anteroom/anteroom.db"
  package var keyDirectory = "/var/lib/anteroom/keys"
  package var passwords: Passwords
  package var sessions = Sessions()
  package var limits = Limits()
  package var policies = PolicyLayers()
  package var frontEnds: [FrontEndEntry] = []
  /// In the order of the file; one called `default` where none is configured.
  package var audienceEntries = [Audience(name: "default", dialect: .anteroom)]
  package var audiences: [String] { audienceEntries.map(\.name) }
  /// Nil where none are configured.
  package var turn: TurnServers?
  /// Who may say who somebody is; no two with the same `iss`.
  package var issuers: [TrustedIssuer] = []
  package static let defaultUsernameClaim = "preferred_username"
  /// Threads that read, parse and write; the store's writer has one of its own.
  package var eventLoops = 1
  /// Besides those that are always reserved (`ReservedNames.always`), each a display name by itself.
  package var reservedNames: [String] = []
  package var logLevel = LogLevel.info
  package var logFormat = LogFormat.journal

  /// The defaults for a machine with so many cores.
  package init(cores: Int) {
    passwords = Passwords(concurrency: max(1, min(cores, 4)))
  }
}
