package import AnteroomServices
import SecretMemory

/// Measures this machine with the lane's own code, and proposes a cost for a target time and memory (RFC 9106,
/// section 4): as much memory as there is for it with three passes, then more passes where time is left. Never below
/// the floor, whatever the time.
package struct Calibration: Sendable {
  /// What is wanted of a hash while all threads hash.
  package struct Wish: Hashable, Sendable {
    package let milliseconds: Int
    /// For all threads together, in MiB.
    package let memoryMiB: Int
    /// Threads.
    package let concurrency: Int

    package init(milliseconds: Int, memoryMiB: Int, concurrency: Int) {
      self.milliseconds = milliseconds
      self.memoryMiB = memoryMiB
      self.concurrency = concurrency
    }

    /// What one thread may have of it, within what a stored hash may name; nil where that is below the floor.
    var memoryKiBEach: Int? {
      let each = memoryMiB * 1024 / concurrency
      return each < Argon2Parameters.memoryRange.lowerBound ? nil : min(each, Argon2Parameters.memoryRange.upperBound)
    }
  }

  package struct Proposal: Hashable, Sendable {
    package let parameters: Argon2Parameters
    package let concurrency: Int
    /// As measured with these parameters, all threads hashing.
    package let nanosecondsPerHash: UInt64

    package var hashesPerSecond: Double { Double(concurrency) * 1e9 / Double(nanosecondsPerHash) }

    package init(parameters: Argon2Parameters, concurrency: Int, nanosecondsPerHash: UInt64) {
      self.parameters = parameters
      self.concurrency = concurrency
      self.nanosecondsPerHash = nanosecondsPerHash
    }
  }

  package enum Fault: Error, Sendable {
    /// So many MiB are the least for that many threads.
    case tooLittleMemory(leastMiB: Int)
    case setup(Argon2Lane.SetupFault)
    case refused
  }

  private let wish: Wish
  private let randomness: any Randomness

  package init(_ wish: Wish, randomness: any Randomness) {
    self.wish = wish
    self.randomness = randomness
  }

  package func propose() async throws(Fault) -> Proposal {
    guard wish.memoryKiBEach != nil else {
      let floor = Argon2Parameters.memoryRange.lowerBound * wish.concurrency
      throw .tooLittleMemory(leastMiB: (floor + 1023) / 1024)
    }
    // How fast memory is depends on how much of it: what was chosen is measured, and chosen anew by that.
    var parameters = Argon2Parameters.standard
    var nanoseconds = try await measure(parameters)
    for _ in 0..<2 {
      parameters = choose(pace: Double(nanoseconds) / Double(parameters.work))
      nanoseconds = try await measure(parameters)
    }
    return Proposal(parameters: parameters, concurrency: wish.concurrency, nanosecondsPerHash: nanoseconds)
  }

  /// `pace` is the time of a pass over one KiB, in nanoseconds.
  func choose(pace: Double) -> Argon2Parameters {
    let work = Double(wish.milliseconds) * 1_000_000 / pace
    let floor = Argon2Parameters.memoryRange.lowerBound
    let most = wish.memoryKiBEach ?? floor
    let preferredPasses = Argon2Parameters.standard.iterations
    let wanted = Int(min(work / Double(preferredPasses), Double(most)))
    let memory = max(floor, wanted / 1024 * 1024)
    let passes = Int(min(work / Double(memory), Double(Argon2Parameters.iterationsRange.upperBound)))
    let iterations = max(Argon2Parameters.iterationsRange.lowerBound, passes)
    return Argon2Parameters(stored: memory, iterations, 1)
  }

  /// The time of one hash while as many run as will.
  private func measure(_ parameters: Argon2Parameters) async throws(Fault) -> UInt64 {
    let root = RootKey(material: randomness.secret(RootKey.byteCount))
    let lane: Argon2Lane
    do throws(Argon2Lane.SetupFault) {
      lane = try Argon2Lane(
        root: root, parameters: parameters, concurrency: wish.concurrency, queue: 1024,
        queueSeconds: 3600, randomness: randomness)
    } catch {
      throw .setup(error)
    }
    defer { lane.shutDown() }
    // The first round touches the memory for the first time.
    _ = try await time(1, on: lane)
    let once = try await time(1, on: lane)
    let rounds = max(1, min(8, Int(1_000_000_000 / max(once, 1))))
    return try await time(rounds, on: lane) / UInt64(rounds)
  }

  private func time(_ rounds: Int, on lane: Argon2Lane) async throws(Fault) -> UInt64 {
    let began = Monotonic.now()
    let areDone = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<rounds * wish.concurrency {
        group.addTask {
          let typed = Password(prepared: SecretBytes(copying: Array("calibration \(index)".utf8)), codePoints: 16)
          return (try? await lane.hash(typed, fairness: "calibration")) != nil
        }
      }
      return await group.allSatisfy { $0 }
    }
    guard areDone else { throw .refused }
    return Monotonic.now() - began
  }
}
