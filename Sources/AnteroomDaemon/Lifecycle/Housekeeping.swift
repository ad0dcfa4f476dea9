import AnteroomCore
import AnteroomSQLite
import AnteroomServices
import Logging
import ServiceLifecycle

/// Does what nobody asks for: ends what is due, each second; tidies, each minute; signs the audit and
/// puts the note into the log, each hour.
struct Housekeeping: Service {
  let composition: Composition
  let logger: Logger
  let auditLogger: Logger

  func run() async throws {
    try await composition.audit.recordStart(version: Version.text)
    await composition.audit.log(to: auditLogger)
    try await composition.sweep.fillLikenesses()
    await cancelWhenGracefulShutdown {
      var seconds = 0
      while !Task.isCancelled {
        guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
        seconds += 1
        do {
          try await composition.sweep.endDue()
          await composition.store.foldLogIfDue()
          let unconfirmed = try await composition.sweep.alarmRevocations()
          if unconfirmed > 0 {
            logger.error(
              "revocation.unconfirmed: a front end has not said that it put somebody out",
              metadata: ["count": "\(unconfirmed)"])
          }
          if seconds.isMultiple(of: 60) { try await composition.sweep.tidy() }
        } catch {
          logger.error("housekeeping failed", metadata: ["why": "\(error)"])
        }
        if seconds.isMultiple(of: 3600) { await composition.audit.log(to: auditLogger) }
      }
    }
  }
}
