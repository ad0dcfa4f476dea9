import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomHTTP
import AnteroomSQLite
import AnteroomServices
import AnteroomSystem
package import Logging
import ServiceLifecycle
import UnixSignals

/// The daemon as a process: sockets, signals, readiness, and everything in the composition.
package struct Daemon: Sendable {
  private let configurationPath: String
  private let configuration: Configuration
  private let environment: [String: String]
  private let pid: Int32
  private let logger: Logger
  /// Never below warning: the service group describes its services at debug, with all they hold.
  private let lifecycleLogger: Logger
  /// Takes the audit's checkpoints whatever level is configured: a note that is not written anchors nothing.
  private let auditLogger: Logger
  private let threshold: LogThreshold

  /// `environment` and `pid` are the process's: what systemd says of sockets, readiness and credentials.
  package init(
    configurationPath: String, configuration: Configuration, environment: [String: String], pid: Int32,
    logger: Logger, lifecycleLogger: Logger, auditLogger: Logger, threshold: LogThreshold
  ) {
    self.lifecycleLogger = lifecycleLogger
    self.auditLogger = auditLogger
    self.configurationPath = configurationPath
    self.configuration = configuration
    self.environment = environment
    self.pid = pid
    self.logger = logger
    self.threshold = threshold
  }

  /// Runs until it is told to stop, or can no longer keep what it answers.
  package func run() async throws {
    try ProcessHardening.apply()
    ProcessHardening.keepHeap()
    if ProcessHardening.isInUserNamespace() && !configuration.frontEnds.isEmpty {
      throw StartFailure(
        "This is a user namespace: every peer's uid reads the same, so front ends cannot be told apart. "
          + "Run the daemon without PrivateUsers=.", exitCode: 10)
    }
    let lock = try InstanceLock(path: configuration.storePath + ".lock", pid: pid)
    let randomness = SystemRandomness()
    let faults = CommitFaults()
    let composition = try Composition(
      configuration, root: try rootKey(randomness), blockedPasswords: try blockedPasswords(),
      surroundings: Composition.Surroundings(clock: SystemClock(), randomness: randomness) { faults.report($0) },
      logger: logger)
    let sockets = try Sockets(configuration, environment: environment, pid: pid)
    var limits = HTTPLimits()
    limits.connectionsPerPeer = configuration.limits.connectionsPerPeer
    let server = HTTPServer(
      listeners: sockets.listeners, limits: limits,
      responder: LoggingResponder(api: composition.api, logger: logger),
      makeRequestID: { RequestID(random: randomness.bytes(RequestID.randomByteCount)) }, logger: logger,
      eventLoops: max(1, configuration.eventLoops))
    let notifier = ReadinessNotifier(socketPath: environment["NOTIFY_SOCKET"])
    let reload = ReloadOnHangUp(
      path: configurationPath, running: configuration, composition: composition,
      clock: DecisionClock(store: composition.store),
      threshold: threshold, notifier: notifier, logger: logger)
    let services: [any Service] = [
      FailStop(faults: faults, facts: composition.facts),
      Housekeeping(composition: composition, logger: logger, auditLogger: auditLogger),
      reload,
      Readiness(
        notifier: notifier, store: composition.store,
        watchdog: ReadinessNotifier.watchdogInterval(
          microseconds: environment["WATCHDOG_USEC"], watchedPID: environment["WATCHDOG_PID"], pid: pid),
        logger: logger),
      server,
    ]
    var group = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: lifecycleLogger)
    group.maximumGracefulShutdownDuration = .seconds(4)
    logger.info(
      "starting",
      metadata: ["version": "\(Version.text)", "store": "\(configuration.storePath)", "pid": "\(pid)"])
    if let seconds = composition.facts.secondsBehind {
      logger.warning("the clock is behind the latest decision", metadata: ["seconds": "\(seconds)"])
    }
    defer { sockets.remove() }
    try await ServiceGroup(configuration: group).run()
    await composition.audit.log(to: auditLogger)
    composition.hashing.shutDown()
    await composition.store.close()
    withExtendedLifetime(lock) { logger.info("stopped") }
  }

  /// From systemd's credentials where it gave one, else from the key directory, where the first start
  /// makes one.
  private func rootKey(_ randomness: any Randomness) throws(StartFailure) -> RootKey {
    do throws(RootKeyFault) {
      if let credentials = environment["CREDENTIALS_DIRECTORY"] {
        do throws(RootKeyFault) {
          return try RootKey.loadCredential(directory: credentials)
        } catch {
          // A unit may be given other credentials; only a missing root key leads on to the directory.
          guard case .missing = error else { throw error }
        }
      }
      // A store that is there needs the key that it was made with: a new one would only hide that it is lost.
      return SmallFile.exists(at: configuration.storePath)
        ? try RootKey.loadCredential(directory: configuration.keyDirectory)
        : try RootKey.load(directory: configuration.keyDirectory, randomness: randomness)
    } catch {
      throw StartFailure("The root key: \(error)", exitCode: 10)
    }
  }

  private func blockedPasswords() throws(StartFailure) -> [String] {
    guard let path = configuration.passwords.blocklistFile else { return [] }
    guard let text = SmallFile.text(at: path, limit: 64 << 20) else {
      throw StartFailure("passwords.blocklist_file: \(path) cannot be read", exitCode: 10)
    }
    // By bytes: CR and LF together are one character, at which no line would end.
    return text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension AuditService {
  /// Puts a signed checkpoint into the log: with the journal elsewhere, a truncated audit shows.
  func log(to logger: Logger) async {
    guard let checkpoint = try? await checkpoint() else { return }
    let note = checkpoint.note.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: " | ")
    logger.notice("audit checkpoint", metadata: ["size": "\(checkpoint.size)", "note": "\(note)"])
  }
}
