package import AnteroomCore

/// What the store knows of an account besides what is shown of it.
package struct Credentials: Sendable {
  package var account: Account
  package var hash: PasswordHash?
  /// Shorter than a password must be that stands alone.
  package var passwordIsShort: Bool
  /// Under which the account's personal fields in the audit are sealed.
  package var salt: [UInt8]
  package var recoveryFailures: Int
  /// Rises with each new password: two that were tested against different hashes of one were tested alike.
  package var passwordGeneration: Int64
  /// An operator took its factors away, and nobody has set a password since: until then nothing else opens it.
  package var isReset: Bool

  package init(
    account: Account, hash: PasswordHash?, passwordIsShort: Bool, salt: [UInt8], recoveryFailures: Int,
    passwordGeneration: Int64, isReset: Bool
  ) {
    self.isReset = isReset
    self.passwordGeneration = passwordGeneration
    self.account = account
    self.hash = hash
    self.passwordIsShort = passwordIsShort
    self.salt = salt
    self.recoveryFailures = recoveryFailures
  }
}

package enum RecoveryCodeUse: Hashable, Sendable {
  case used
  /// It was one of the account's, and is used up.
  case usedBefore
  case unknown
}

/// A second factor: pending until its first code is shown, confirmed afterwards.
package struct Authenticator: Sendable {
  package let id: AuthenticatorID
  package let account: AccountID
  package let sealedSecret: [UInt8]
  package var confirmed: Bool
  package var state: AuthenticatorState
  /// Until when a pending one can be confirmed; nil once it is.
  package let expiresAt: Instant?

  package init(
    id: AuthenticatorID, account: AccountID, sealedSecret: [UInt8], confirmed: Bool, state: AuthenticatorState,
    expiresAt: Instant?
  ) {
    self.id = id
    self.account = account
    self.sealedSecret = sealedSecret
    self.confirmed = confirmed
    self.state = state
    self.expiresAt = expiresAt
  }
}

/// A single-use code that sets a password, as stored.
package struct SetupCode: Sendable {
  package let digest: Digest
  package let expiresAt: Instant
  package let isUsed: Bool

  package init(digest: Digest, expiresAt: Instant, isUsed: Bool = false) {
    self.digest = digest
    self.expiresAt = expiresAt
    self.isUsed = isUsed
  }

  /// Whether `digest` is of this code, used or not, before it expires.
  func matches(_ digest: Digest, at now: Instant) -> Bool {
    now < expiresAt && self.digest.equalsInConstantTime(digest)
  }
}

/// A device that completed a sign-in, as stored.
package struct KnownDevice: Sendable {
  package let id: String
  package let account: AccountID
  package let digest: Digest
  package var failures: Int
  package let expiresAt: Instant

  package init(id: String, account: AccountID, digest: Digest, failures: Int, expiresAt: Instant) {
    self.id = id
    self.account = account
    self.digest = digest
    self.failures = failures
    self.expiresAt = expiresAt
  }
}

package protocol AccountReading {
  func account(_ id: AccountID) throws(StorageFault) -> Account?
  func credentials(named username: Username) throws(StorageFault) -> Credentials?
  func credentials(of id: AccountID) throws(StorageFault) -> Credentials?
  /// Of the oldest account: for work that takes the time of an account where there is none.
  func anyCredentials() throws(StorageFault) -> Credentials?
  /// In the order they were made; with `username`, that one alone.
  func accounts(after cursor: Int64?, limit: Int, username: Username?) throws(StorageFault) -> Page<Account>
  /// Those whose display name has no likeness yet, as a store of before has them.
  func accountsWithoutLikeness(limit: Int) throws(StorageFault) -> [Account]
  func accountCount() throws(StorageFault) -> Int
  /// How many passwords are hashed with each pepper, by its id.
  func passwordCounts() throws(StorageFault) -> [String: Int]
  /// The account's second factor, or the one on probation while it can be confirmed.
  func authenticator(of account: AccountID, confirmed: Bool) throws(StorageFault) -> Authenticator?
  /// Unused or used, as long as nothing came in its place.
  func setupCode(of account: AccountID) throws(StorageFault) -> SetupCode?
  func knownDevice(_ id: String) throws(StorageFault) -> KnownDevice?
  /// Which name and hash it was imported from; nil where it was not.
  func importMark(of account: AccountID) throws(StorageFault) -> Digest?
}

package protocol AccountWriting {
  /// False when the username is taken; nothing is written then.
  func insert(_ account: Account, salt: [UInt8]) throws(StorageFault) -> Bool
  /// Writes what may change of it; the caller raised the version.
  func update(_ account: Account) throws(StorageFault)
  /// A new password.
  func setPassword(_ hash: PasswordHash, isShort: Bool, of account: AccountID) throws(StorageFault)
  /// The same password, hashed anew.
  func replaceHash(_ hash: PasswordHash, isShort: Bool, of account: AccountID) throws(StorageFault)
  /// Leaves the account without a password: only a setup code gives it one again.
  func clearPassword(of account: AccountID) throws(StorageFault)
  func setImportMark(_ mark: Digest, of account: AccountID) throws(StorageFault)
  func setSetupCode(_ code: SetupCode?, of account: AccountID) throws(StorageFault)
  /// The code is known until it is replaced or expires, and good for nothing.
  func spendSetupCode(of account: AccountID) throws(StorageFault)
  /// Replaces a pending one of the same account.
  func insert(pending authenticator: Authenticator) throws(StorageFault)
  func update(_ authenticator: Authenticator) throws(StorageFault)
  /// Makes the pending one the account's only one.
  func confirm(_ authenticator: Authenticator) throws(StorageFault)
  func delete(_ authenticator: AuthenticatorID) throws(StorageFault)
  /// The confirmed and the pending one, and the recovery codes.
  func deleteSecondFactor(of account: AccountID) throws(StorageFault)
  func replaceRecoveryCodes(_ digests: [Digest], of account: AccountID) throws(StorageFault)
  /// A code that was there and unused is used now.
  func useRecoveryCode(_ digest: Digest, of account: AccountID) throws(StorageFault) -> RecoveryCodeUse
  func setRecoveryFailures(_ count: Int, of account: AccountID) throws(StorageFault)
  func insert(_ device: KnownDevice) throws(StorageFault)
  func setFailures(_ count: Int, ofKnownDevice id: String) throws(StorageFault)
  func deleteKnownDevice(_ id: String) throws(StorageFault)
  func deleteKnownDevices(of account: AccountID) throws(StorageFault)
}
