import AnteroomAPI
import AnteroomCore
import AnteroomServices
import AnteroomSystem
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again at SIGHUP and takes up what can change while running: who may speak,
/// and how much is logged. A mistake in the file changes nothing.
struct ReloadOnHangUp: Service {
  let path: String
  let running: Configuration
  let peers: PeerTable
  let policies: PolicyTable
  /// Streams that stand on a permission ask again.
  let changed: Signal<EventTopic>
  let threshold: LogThreshold
  let notifier: ReadinessNotifier
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      notifier.reloading()
      reload()
      notifier.ready(status: "deciding joins")
    }
  }

  private func reload() {
    do {
      let new = try ConfigurationReader.read(path: path, cores: SystemUsers.cores)
      guard new.sockets == running.sockets else {
        // Who may connect is in the sockets' files, which stay: half a change of who operates is worse than none.
        logger.error("[sockets] differs and is taken up by a restart only; the running configuration stays")
        return
      }
      threshold.set(new.logLevel.level)
      peers.replace(new.peers)
      policies.replace(new.policies.book)
      changed.fireAll()
      logger.notice(
        "configuration read again", metadata: ["frontends": "\(new.frontEnds.count)", "level": "\(new.logLevel)"])
    } catch {
      for mistake in error.mistakes { logger.error("\(mistake)") }
      logger.error("the configuration has mistakes; the running one stays")
    }
  }
}
