package import AnteroomServices
import SecretMemory

/// Argon2id on threads of its own, in memory laid out once, keyed with a pepper that is not in the
/// database (RFC 9106; NIST SP 800-63B-4, section 3.1.1.2, asks for such a key).
package final class Argon2Lane: PasswordHashing {
  /// The lane could not be set up: no memory for its arenas, or no thread.
  package struct SetupFault: Error, CustomStringConvertible {
    package let description: String
  }

  let parameters: Argon2Parameters
  private let function: any Argon2idFunction
  private let peppers: Peppers
  let pool: HashingPool
  /// Of the hashes that other programs made.
  let sealer: Sealer
  private let randomness: any Randomness

  // A salt that no stored hash has: the decoy costs what a real comparison does and matches nothing.
  private static let decoy = PHCString(
    parameters: .standard, salt: Array("anteroom decoy 1".utf8),
    tag: [UInt8](repeating: 0, count: PHCString.tagByteCount))

  /// - Parameters:
  ///   - concurrency: threads, each with `parameters.memoryKiB` of its own
  ///   - queue: jobs that may wait, in all
  ///   - queueSeconds: how long each may wait before it is started
  ///   - root: what hashes that other programs made are sealed by
  ///   - peppers: those of `root` in their first generation by default
  ///   - function: what computes the hashes
  package init(
    root: RootKey, peppers: Peppers? = nil, parameters: Argon2Parameters, concurrency: Int, queue: Int,
    queueSeconds: Int,
    function: any Argon2idFunction = LibArgon2(), randomness: any Randomness
  ) throws(SetupFault) {
    self.parameters = parameters
    self.function = function
    self.randomness = randomness
    self.peppers = peppers ?? Peppers(root: root)
    sealer = Sealer(root: root, randomness: randomness)
    do {
      // Until the first hash is measured: 0.6 µs for each KiB written, slower than most machines.
      pool = try HashingPool(
        threads: concurrency, capacity: queue, patienceSeconds: queueSeconds, arenaBytes: parameters.arenaBytes,
        firstPace: UInt64(parameters.work) * 600, randomness: randomness)
    } catch {
      switch error {
      case .noMemory(let bytes): throw SetupFault(description: "no memory for an Argon2 arena of \(bytes) bytes")
      case .noThread(let errno): throw SetupFault(description: "no thread for Argon2 (errno \(errno))")
      }
    }
  }

  package var load: HashingLoad {
    let (waiting, running) = pool.load
    return HashingLoad(
      waiting: waiting, running: running, threads: pool.threads, memoryKiBPerThread: parameters.memoryKiB)
  }

  /// Refuses what waits and gives the threads' memory back when they are done.
  package func shutDown() { pool.shutDown() }

  package func refusal(fairness: String) -> HashingRefusal? { pool.refusal(line: fairness) }

  package func hash(
    _ password: consuming Password, fairness: String
  ) async throws(HashingRefusal) -> PasswordHash {
    let box = Argon2Lane.boxed(password)
    let answer = await pool.run(line: fairness) { [self] () throws(Argon2.Fault) -> HashingAnswer in
      guard let password = box.take() else { return .refused(.shuttingDown) }
      return .hashed(try freshHash(of: password))
    }
    switch answer {
    case .hashed(let hash): return hash
    case .refused(let refusal): throw refusal
    case .verified: preconditionFailure("a verification answered a request to hash")
    }
  }

  package func verify(
    _ password: consuming Password, against stored: PasswordHash?, fairness: String
  ) async throws(HashingRefusal) -> PasswordVerification {
    if let stored, stored.isImported {
      return try await verifyImported(password, against: stored, fairness: fairness)
    }
    guard let comparison = Comparison(stored, peppers: peppers, current: parameters) else { return .corrupt }
    let box = Argon2Lane.boxed(password)
    let answer = await pool.run(line: fairness) { [self] () throws(Argon2.Fault) -> HashingAnswer in
      guard let password = box.take() else { return .refused(.shuttingDown) }
      return .verified(try verify(password, by: comparison))
    }
    switch answer {
    case .verified(let verification): return verification
    case .refused(let refusal): throw refusal
    case .hashed: preconditionFailure("a new hash answered a verification")
    }
  }

  /// Ends the password here and now: held by its caller it would outlive the hash by as long as the job
  /// waits. (A value of another module cannot be taken apart, so its bytes are copied.)
  static func boxed(_ password: consuming Password) -> SecretBox { SecretBox(password.bytes.copy()) }

  /// What a password is compared with, decided before it is queued; nil for a hash that this program
  /// could not have written, or will not compute.
  private struct Comparison: Sendable {
    let expected: PHCString
    let pepper: Pepper
    let isDecoy: Bool
    let isOutdated: Bool

    init?(_ stored: PasswordHash?, peppers: Peppers, current: Argon2Parameters) {
      guard let stored else {
        expected = PHCString(parameters: current, salt: Argon2Lane.decoy.salt, tag: Argon2Lane.decoy.tag)
        (pepper, isDecoy, isOutdated) = (peppers.current, true, false)
        return
      }
      guard let phc = PHCString(parsing: stored.phc), phc.parameters.isAffordable(for: current),
        let pepper = peppers.named(stored.pepperID)
      else { return nil }
      expected = phc
      self.pepper = pepper
      isDecoy = false
      isOutdated = phc.parameters != current || pepper.id != peppers.current.id
    }
  }

  private func verify(
    _ password: borrowing SecretBytes, by comparison: Comparison
  ) throws(Argon2.Fault) -> PasswordVerification {
    let expected = comparison.expected
    let tag = try function.tag(
      of: password, wipesPassword: !comparison.isOutdated, salt: expected.salt, secret: comparison.pepper.key,
      parameters: expected.parameters, byteCount: PHCString.tagByteCount)
    let isEqual = equalInConstantTime(tag.span, expected.tag.span)
    guard isEqual && !comparison.isDecoy else { return .mismatch }
    // In the same job: the password is here now, and will not be again until the next sign-in.
    return .match(replacement: comparison.isOutdated ? try freshHash(of: password) : nil)
  }

  func freshHash(of password: borrowing SecretBytes) throws(Argon2.Fault) -> PasswordHash {
    let salt = randomness.bytes(PHCString.saltByteCount)
    // Asked once: a rotation may come between.
    let pepper = peppers.current
    let tag = try function.tag(
      of: password, wipesPassword: true, salt: salt, secret: pepper.key, parameters: parameters,
      byteCount: PHCString.tagByteCount)
    return PasswordHash(phc: PHCString(parameters: parameters, salt: salt, tag: tag).text, pepperID: pepper.id)
  }
}
