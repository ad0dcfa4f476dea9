package import AnteroomCore

package struct StoredSession: Sendable {
  package var session: Session
  package let digest: Digest

  package init(session: Session, digest: Digest) {
    self.session = session
    self.digest = digest
  }
}

/// A sign-in whose password was right and whose second factor is still to be shown, as stored.
package struct Challenge: Sendable {
  package let id: ChallengeID
  package let account: AccountID
  package let digest: Digest
  package let expiresAt: Instant
  /// The known device that came with the password, by its id.
  package let knownDevice: String?

  package init(id: ChallengeID, account: AccountID, digest: Digest, expiresAt: Instant, knownDevice: String?) {
    self.id = id
    self.account = account
    self.digest = digest
    self.expiresAt = expiresAt
    self.knownDevice = knownDevice
  }
}

package protocol SessionReading {
  func session(_ id: SessionID) throws(StorageFault) -> StoredSession?
  func challenge(_ id: ChallengeID) throws(StorageFault) -> Challenge?
  func sessionCount() throws(StorageFault) -> Int
}

package protocol SessionWriting {
  func insert(_ session: Session, digest: Digest) throws(StorageFault)
  /// Writes what a factor shown again changes of it: the old token's digest is gone with it.
  func update(_ session: Session, digest: Digest) throws(StorageFault)
  func touch(_ id: SessionID, idleExpiresAt: Instant) throws(StorageFault)
  func deleteSession(_ id: SessionID) throws(StorageFault)
  func deleteSessions(of account: AccountID) throws(StorageFault)
  func insert(_ challenge: Challenge) throws(StorageFault)
  func deleteChallenge(_ id: ChallengeID) throws(StorageFault)
  func deleteChallenges(of account: AccountID) throws(StorageFault)
  /// Removes sessions, challenges, devices, budgets, idempotency records and redemptions that are over.
  func deleteExpired() throws(StorageFault)
}
