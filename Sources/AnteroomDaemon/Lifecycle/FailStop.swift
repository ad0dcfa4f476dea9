package import AnteroomServices
import ServiceLifecycle

/// Carries the news of a failed commit to whoever stops the daemon.
package final class CommitFaults: Sendable {
  let stream: AsyncStream<StorageFault>
  private let continuation: AsyncStream<StorageFault>.Continuation

  package init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1)) }

  package func report(_ fault: StorageFault) { continuation.yield(fault) }
}

/// Stops the daemon after a failed commit: nobody knows what is on disk until it is read again, and a
/// daemon that goes on would answer from something that may not be there.
struct FailStop: Service {
  let faults: CommitFaults
  let facts: RunningFacts

  func run() async throws {
    for await fault in faults.stream.cancelOnGracefulShutdown() {
      facts.stopServing()
      throw StartFailure("The store failed: \(fault). Nothing that was answered is lost; start again.", exitCode: 1)
    }
  }
}
