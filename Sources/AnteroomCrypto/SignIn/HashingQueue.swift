/// Which job runs next, and whether a new one is worth queueing. A value: the lane holds it under a lock,
/// and the time is an argument (nanoseconds of any monotonic clock).
///
/// Jobs stand in one line per fairness key, and the lines take turns: who floods the queue from one source
/// waits behind itself.
struct HashingQueue<Job> {
  /// Waiting jobs at most.
  let capacity: Int
  /// How long after its arrival a job may still be started.
  let patience: UInt64
  let threads: Int

  private(set) var waiting = 0
  private(set) var running = 0
  /// How long one job takes, as measured lately.
  private(set) var pace: UInt64

  private struct Waiting {
    let id: UInt64
    let job: Job
    let deadline: UInt64
  }

  private var lines: [String: [Waiting]] = [:]
  /// Keys of the lines in the order of their turns.
  private var turns: [String] = []

  init(capacity: Int, patience: UInt64, threads: Int, firstPace: UInt64) {
    precondition(capacity > 0 && threads > 0)
    self.capacity = capacity
    self.patience = patience
    self.threads = threads
    pace = firstPace
  }

  /// `displaced` had to leave for the new one and is to be told that the house is busy.
  enum Admission {
    case queued(displaced: Job?)
    case refused(waitNanoseconds: UInt64)
  }

  mutating func admit(_ job: Job, id: UInt64, line key: String, at now: UInt64) -> Admission {
    if let expected = refusal(inLine: key) { return .refused(waitNanoseconds: expected) }
    var displaced: Job?
    if waiting >= capacity, let longest = longestLine(besides: key) {
      displaced = lines[longest]?.removeLast().job
      waiting -= 1
    }
    if lines[key] == nil { turns.append(key) }
    lines[key, default: []].append(Waiting(id: id, job: job, deadline: now &+ patience))
    waiting += 1
    return .queued(displaced: displaced)
  }

  /// How long a new job of this line would have to wait where it would not be queued; nil where it would be.
  ///
  /// Only what is expected to be started well before its deadline is queued: hashes take longer once the machine has
  /// more to do, and who is refused after standing in line for nothing has lost more than who is refused at once.
  func refusal(inLine key: String) -> UInt64? {
    let expected = wait(inLine: key)
    if expected > patience / 4 * 3 { return expected }
    return waiting >= capacity && longestLine(besides: key) == nil ? expected : nil
  }

  /// A full queue must not shut out those who did not fill it: the longest line gives up its last job, as long as it
  /// stays longer than the newcomer's.
  private func longestLine(besides key: String) -> String? {
    guard let longest = lines.max(by: { $0.value.count < $1.value.count }),
      longest.value.count > lines[key, default: []].count + 1
    else { return nil }
    return longest.key
  }

  /// The next job in turn, and those whose deadline has passed; they leave the queue unhashed.
  mutating func next(at now: UInt64) -> (job: Job?, overdue: [Job]) {
    let overdue = removeAll { $0.deadline < now }
    guard let key = turns.first, let first = lines[key]?.first else { return (nil, overdue) }
    turns.removeFirst()
    if lines[key]?.count == 1 {
      lines[key] = nil
    } else {
      lines[key]?.removeFirst()
      turns.append(key)
    }
    waiting -= 1
    running += 1
    return (first.job, overdue)
  }

  /// Takes a job out before it runs; nil once it does.
  mutating func remove(id: UInt64) -> Job? { removeAll { $0.id == id }.first }

  mutating func removeAll() -> [Job] { removeAll { _ in true } }

  /// Frees the running job's permit. `took` is nil for a job that says nothing about the pace.
  mutating func finished(took nanoseconds: UInt64?) {
    running -= 1
    if let nanoseconds { pace = (pace * 7 + nanoseconds) / 8 }
  }

  /// How long a new job in this line would wait for a thread: in every turn before its own, each other
  /// line is served once.
  func wait(inLine key: String) -> UInt64 {
    let own = lines[key]?.count ?? 0
    let ahead = running + lines.reduce(own) { $1.key == key ? $0 : $0 + min($1.value.count, own + 1) }
    return UInt64(max(0, ahead - threads + 1)) * pace / UInt64(threads)
  }

  private mutating func removeAll(where isLeaving: (Waiting) -> Bool) -> [Job] {
    var leaving: [Job] = []
    for (key, line) in lines where line.contains(where: isLeaving) {
      leaving += line.filter(isLeaving).map(\.job)
      let staying = line.filter { !isLeaving($0) }
      lines[key] = staying.isEmpty ? nil : staying
      if staying.isEmpty { turns.removeAll { $0 == key } }
    }
    waiting -= leaving.count
    return leaving
  }
}
