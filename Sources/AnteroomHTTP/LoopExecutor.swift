import NIOCore

/// Runs a connection's tasks where the connection is: on its event loop. A request is a few tens of microseconds
/// of work around a wait for the store; handed to another thread and back it would pay about as much again for
/// waking both. What takes longer leaves for the pool by itself (`Endpoint.cost`).
final class LoopExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
