package import AnteroomCore

package struct StoredSession: Sendable {
  package var session: Session
  package let digest: Digest

  package init(session: Session, digest: Digest) {
    self.session = session
    self.digest = digest
  }
}

/// A sign-in whose first factor was right and whose second is still to be shown, as stored.
package struct Challenge: Sendable {
  package let id: ChallengeID
  package let account: AccountID
  package let digest: Digest
  package let expiresAt: Instant
  /// The known device that came with the password, by its id.
  package let knownDevice: String?
  /// Whose word the first factor was; nil where it was the password.
  package let issuer: String?

  package init(
    id: ChallengeID, account: AccountID, digest: Digest, expiresAt: Instant, knownDevice: String?,
    issuer: String? = nil
  ) {
    self.id = id
    self.account = account
    self.digest = digest
    self.expiresAt = expiresAt
    self.knownDevice = knownDevice
    self.issuer = issuer
  }
}

package protocol SessionReading {
  func session(_ id: SessionID) throws(StorageFault) -> StoredSession?
  /// Those of an account that stand now, oldest first.
  func sessions(of account: AccountID, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<Session>
  /// All of an account but so many that were used last.
  func sessions(of account: AccountID, beyond count: Int) throws(StorageFault) -> [SessionID]
  func challenge(_ id: ChallengeID) throws(StorageFault) -> Challenge?
  func sessionCount() throws(StorageFault) -> Int
}

package protocol SessionWriting {
  func insert(_ session: Session, digest: Digest) throws(StorageFault)
  /// Writes what a factor shown in it changes, its end among it: the old token's digest is gone with it.
  func update(_ session: Session, digest: Digest) throws(StorageFault)
  func touch(_ id: SessionID, idleExpiresAt: Instant) throws(StorageFault)
  /// One more wrong confirmation by a session; how many in a row that makes. 0 where there is no such session.
  func addWrongConfirmation(by id: SessionID) throws(StorageFault) -> Int
  func clearWrongConfirmations(by id: SessionID) throws(StorageFault)
  func deleteSession(_ id: SessionID) throws(StorageFault)
  /// All but one; how many there were.
  func deleteSessions(of account: AccountID, except kept: SessionID?) throws(StorageFault) -> Int
  func insert(_ challenge: Challenge) throws(StorageFault)
  func deleteChallenge(_ id: ChallengeID) throws(StorageFault)
  func deleteChallenges(of account: AccountID) throws(StorageFault)
  /// Removes sessions, challenges, enrolments that nobody confirmed, devices, idempotency records and redemptions that
  /// are over.
  func deleteExpired() throws(StorageFault)
}
