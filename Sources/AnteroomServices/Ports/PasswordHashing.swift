/// A password hash as it is stored: a PHC string and the id of the pepper it was made with.
package struct PasswordHash: Hashable, Sendable {
  /// `$argon2id$v=19$m=65536,t=3,p=1$<salt>$<tag>`
  package let phc: String
  /// Which pepper (Argon2's secret input, RFC 9106 section 3.1) keyed it.
  package let pepperID: String

  package init(phc: String, pepperID: String) {
    self.phc = phc
    self.pepperID = pepperID
  }

  /// In place of a pepper's id: `phc` is then another program's hash, sealed under a key that is not in the database.
  package static let imported = "imported"

  /// Another program made it; the first sign-in replaces it.
  package var isImported: Bool { pepperID == PasswordHash.imported }
}

package enum PasswordVerification: Sendable {
  /// The password is right; `replacement` is a new hash of it where the stored one has an older cost
  /// or pepper.
  case match(replacement: PasswordHash?)
  case mismatch
  /// The stored hash is not one that this program could have written: the sign-in fails closed.
  case corrupt
}

/// Why a job was not hashed. Nothing was tested, so nothing counts against anybody.
package enum HashingRefusal: Error, Sendable {
  /// The queue cannot serve it in time; seconds after which another try makes sense.
  case busy(retryAfter: Int)
  case shuttingDown
}

/// Argon2id on its own threads in memory laid out once, behind a queue with a deadline.
package protocol PasswordHashing: Sendable {
  /// Why a job would be refused now; nil where it would be queued. To be asked before anything is written for it: under
  /// a flood of sign-ins it is the refusals that the house must not spend itself on.
  func refusal(fairness: String) -> HashingRefusal?

  /// Hashes a new password. `fairness` groups jobs that share the queue as one (a source, an account).
  func hash(_ password: consuming Password, fairness: String) async throws(HashingRefusal) -> PasswordHash

  /// Compares with a stored hash. Without one (`nil`: unknown, disabled or password-less account) a
  /// decoy of the same cost is computed and the answer is `.mismatch`.
  func verify(
    _ password: consuming Password, against stored: PasswordHash?, fairness: String
  ) async throws(HashingRefusal) -> PasswordVerification

  /// Jobs waiting and running, for `GET /v1/status`.
  var load: HashingLoad { get }
}

package struct HashingLoad: Sendable {
  package let waiting: Int
  package let running: Int
  package let threads: Int
  package let memoryKiBPerThread: Int

  package init(waiting: Int, running: Int, threads: Int, memoryKiBPerThread: Int) {
    self.waiting = waiting
    self.running = running
    self.threads = threads
    self.memoryKiBPerThread = memoryKiBPerThread
  }
}
