import AnteroomServices
import AnteroomSystem
import Logging
import ServiceLifecycle

/// Tells systemd that the daemon is ready, alive and stopping. The watchdog is fed only while the store
/// answers: a daemon that cannot read what it keeps is better started again.
struct Readiness: Service {
  let notifier: ReadinessNotifier
  let store: any Store
  let watchdog: Duration?
  let logger: Logger

  func run() async throws {
    notifier.ready(status: "deciding joins")
    logger.info("ready")
    await cancelWhenGracefulShutdown {
      guard let watchdog else { return await Readiness.untilCancelled() }
      while !Task.isCancelled {
        if (try? await store.read({ _ in true })) != nil { notifier.watchdog() }
        try? await Task.sleep(for: watchdog / 2)
      }
    }
    notifier.stopping()
  }

  private static func untilCancelled() async {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
  }
}
