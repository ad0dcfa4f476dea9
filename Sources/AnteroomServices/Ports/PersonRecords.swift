package import AnteroomCore

/// That a front end may make, change and end an account's meetings.
package struct Delegate: Hashable, Sendable {
  package let frontEnd: String
  package let createdAt: Instant

  package init(frontEnd: String, createdAt: Instant) {
    self.frontEnd = frontEnd
    self.createdAt = createdAt
  }
}

/// How much of an account's budgets is spent.
package struct BudgetFacts: Hashable, Sendable {
  package let kind: String
  package let failures: Int
  package let lastFailure: Instant

  package init(kind: String, failures: Int, lastFailure: Instant) {
    self.kind = kind
    self.failures = failures
    self.lastFailure = lastFailure
  }
}

/// What is held of a person and asked for nowhere else. At most `limit` of each, newest first.
package protocol PersonReading {
  func authenticators(of account: AccountID) throws(StorageFault) -> [Authenticator]
  func recoveryCodeCount(of account: AccountID) throws(StorageFault) -> Int
  func knownDevices(of account: AccountID, limit: Int) throws(StorageFault) -> [KnownDevice]
  func delegates(of account: AccountID) throws(StorageFault) -> [Delegate]
  func budgets(about account: AccountID, limit: Int) throws(StorageFault) -> [BudgetFacts]
  func joins(of account: AccountID, limit: Int) throws(StorageFault) -> [Join]
  func stays(of account: AccountID, limit: Int) throws(StorageFault) -> [Stay]
  func invites(naming account: AccountID, limit: Int) throws(StorageFault) -> [Invite]
  func bans(on account: AccountID, limit: Int) throws(StorageFault) -> [Ban]
  /// Records whose subject or actor is the account, or a join of it.
  func auditRecords(about account: AccountID, limit: Int) throws(StorageFault) -> [AuditRecord]
}
