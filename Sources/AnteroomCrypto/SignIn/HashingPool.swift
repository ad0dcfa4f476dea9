import AnteroomServices
import Glibc
import Synchronization

/// The threads of the lane and the queue before them.
///
/// A permit is a thread, and belongs to the job: a request that goes away while its hash is running gives
/// nothing back early, so hanging up does not let anybody run more hashes at once.
final class HashingPool: Sendable {
  /// What a thread is to do for one request, and who waits for it.
  private struct Job: Sendable {
    let work: @Sendable () throws(Argon2.Fault) -> HashingAnswer
    let continuation: CheckedContinuation<HashingAnswer, Never>

    func refuse(_ refusal: HashingRefusal) { continuation.resume(returning: .refused(refusal)) }
  }

  private struct State {
    var queue: HashingQueue<Job>
    var starvation: HashingStarvation
    var started: [HashingThread] = []
    var isWatched = false
    var compete = false
    var finished: UInt64 = 0
    var lastID: UInt64 = 0
    var isShutDown = false
  }

  let threads: Int
  private let state: Mutex<State>
  private let wakeUp: WakeUp
  private let randomness: any Randomness

  /// Starts the threads; they end with `shutDown`.
  init(
    threads: Int, capacity: Int, patienceSeconds: Int, arenaBytes: Int, firstPace: UInt64, niceness: Int32 = 10,
    randomness: any Randomness
  ) throws(HashingThread.Fault) {
    self.threads = threads
    self.randomness = randomness
    wakeUp = WakeUp()
    let queue = HashingQueue<Job>(
      capacity: capacity, patience: UInt64(patienceSeconds) * 1_000_000_000, threads: threads, firstPace: firstPace)
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    state = Mutex(State(queue: queue, starvation: HashingStarvation(threads: min(threads, processors))))
    for started in 0..<threads {
      do {
        try HashingThread.start(arenaBytes: arenaBytes, niceness: niceness) { thread in
          self.state.withLock { $0.started.append(thread) }
          self.serve()
        }
      } catch {
        shutDown(threads: started)
        throw error
      }
    }
  }

  var load: (waiting: Int, running: Int) { state.withLock { ($0.queue.waiting, $0.queue.running) } }

  /// What `run` would answer now without queueing anything; nil where it would queue.
  func refusal(line: String) -> HashingRefusal? {
    let (isOver, wait) = state.withLock { ($0.isShutDown, $0.queue.refusal(inLine: line)) }
    if isOver { return .shuttingDown }
    return wait.map(busy)
  }

  /// Queues `work` and suspends until a thread has done it, or until it is refused. A cancelled task's
  /// work leaves the queue unhashed.
  func run(
    line: String, _ work: @escaping @Sendable () throws(Argon2.Fault) -> HashingAnswer
  ) async -> HashingAnswer {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        enqueue(Job(work: work, continuation: continuation), id: id, line: line)
      }
    } onCancel: {
      state.withLock { $0.queue.remove(id: id) }?.refuse(.busy(retryAfter: 1))
    }
  }

  /// Refuses what waits and ends the threads; what is running is finished and answered.
  func shutDown() { shutDown(threads: threads) }

  private func shutDown(threads: Int) {
    let left = state.withLock { state in
      state.isShutDown = true
      return state.queue.removeAll()
    }
    for job in left { job.refuse(.shuttingDown) }
    for _ in 0..<threads { wakeUp.post() }
  }

  private enum Entry {
    case queued
    case instead(of: Job)
    case refused(HashingRefusal)
    case busy(UInt64)
  }

  private func enqueue(_ job: Job, id: UInt64, line: String) {
    let entry: Entry = state.withLock { state in
      if state.isShutDown { return .refused(.shuttingDown) }
      // Marked before `onCancel` runs, and `onCancel` takes this lock: one of the two sees the other.
      if Task.isCancelled { return .refused(.busy(retryAfter: 1)) }
      switch state.queue.admit(job, id: id, line: line, at: Monotonic.now()) {
      case .queued(displaced: nil): return .queued
      case .queued(displaced: let displaced?): return .instead(of: displaced)
      case .refused(let wait): return .busy(wait)
      }
    }
    switch entry {
    case .queued:
      wakeUp.post()
      watch()
    // Its post is still there, for the new job.
    case .instead(let displaced): displaced.refuse(busy(after: 0))
    case .refused(let refusal): job.refuse(refusal)
    case .busy(let wait): job.refuse(busy(after: wait))
    }
  }

  /// Sees to it, while there are jobs, that the threads do not starve. In a task: a thread that makes way itself would
  /// starve with them.
  private func watch() {
    let begins = state.withLock { state in
      if state.isWatched { return false }
      state.isWatched = true
      state.starvation.rest()
      return true
    }
    guard begins else { return }
    Task {
      while setStanding() { try? await Task.sleep(for: .nanoseconds(HashingStarvation.window)) }
    }
  }

  /// False when there is nothing left to watch.
  private func setStanding() -> Bool {
    state.withLock { state in
      let jobs = state.queue.waiting + state.queue.running
      let reading = HashingStarvation.Reading(
        time: Monotonic.now(), jobs: jobs, finished: state.finished,
        // Whatever a clock says, sums of it do not trap.
        processorTime: state.started.reduce(0) { $0 &+ $1.processorTime })
      let compete = state.starvation.competes(at: reading)
      if compete != state.compete {
        for thread in state.started { thread.compete(compete) }
        state.compete = compete
      }
      state.isWatched = jobs > 0 && !state.isShutDown
      return state.isWatched
    }
  }

  private func serve() {
    while true {
      wakeUp.wait()
      let (job, overdue, isOver) = state.withLock { state in
        let next = state.queue.next(at: Monotonic.now())
        return (next.job, next.overdue, state.isShutDown)
      }
      for late in overdue { late.refuse(busy(after: 0)) }
      if let job { perform(job) } else if isOver { return }
    }
  }

  private func perform(_ job: Job) {
    let began = Monotonic.now()
    let answer: HashingAnswer
    do {
      answer = try job.work()
    } catch {
      // No memory: nothing was tested, so nothing counts, and later there may be some.
      answer = .refused(busy(after: 0))
    }
    state.withLock { state in
      state.finished += 1
      state.queue.finished(took: answer.hashes.map { (Monotonic.now() - began) / UInt64($0) })
    }
    job.continuation.resume(returning: answer)
  }

  /// Spread over as much again as the wait, so that those refused together do not come back together.
  private func busy(after nanoseconds: UInt64) -> HashingRefusal {
    let seconds = Int(min(nanoseconds / 1_000_000_000, 60)) + 1
    return .busy(retryAfter: seconds + Int(randomness.bytes(1)[0]) % (seconds + 1))
  }
}
