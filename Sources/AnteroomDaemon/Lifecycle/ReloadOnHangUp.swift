import AnteroomAPI
import AnteroomCore
import AnteroomCrypto
import AnteroomServices
import AnteroomSystem
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again at SIGHUP and takes up what can change while running: who may speak, for whom and under
/// which keys grants are made, whose word on who somebody is counts, what holds for meetings and hosts, and how much is
/// logged. What only a restart takes up is said by name. A mistake in the file changes nothing.
struct ReloadOnHangUp: Service {
  let path: String
  let running: Configuration
  let composition: Composition
  let clock: any WallClock
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
      guard takeUpKeys(of: new) else { return }
      threshold.set(new.logLevel.level)
      composition.peers.replace(new.peers)
      composition.policies.replace(new.policies.book)
      composition.issuers.replace(new.issuers)
      // Streams that stand on a permission ask again.
      composition.changed.fireAll()
      // Told each time until there was one: whoever made it stricter must not believe that it holds.
      let waiting = running.sectionsForRestart(in: new)
      if !waiting.isEmpty {
        logger.warning("what the file says there counts from the next start on: \(waiting.joined(separator: ", "))")
      }
      logger.notice(
        "configuration read again", metadata: ["frontends": "\(new.frontEnds.count)", "level": "\(new.logLevel)"])
    } catch {
      for mistake in error.mistakes { logger.error("\(mistake)") }
      logger.error("the configuration has mistakes; the running one stays")
    }
  }

  /// What can fail goes first: then nothing else has changed.
  private func takeUpKeys(of new: Configuration) -> Bool {
    do {
      let turn = try TurnCredentials.read(new.turn)
      let breached = try BreachedPasswordList.open(new.passwords.breachedFile)
      try composition.signer.reload(new.audienceEntries, at: clock.now())
      composition.turn.replace(turn)
      composition.breached.replace(breached)
      return true
    } catch {
      logger.error(
        "what the configuration names cannot be taken up; the running one stays", metadata: ["why": "\(error)"])
      return false
    }
  }
}
