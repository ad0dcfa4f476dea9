package import AnteroomCore

/// One row of what is counted, for whoever looks it up.
package struct KeptBudget: Sendable {
  package let key: Digest
  package let kind: BudgetKind
  package let rule: BudgetRule
  package let budget: AttemptBudget
  package let account: AccountID?
  package let spentUntil: Instant?

  package init(
    key: Digest, kind: BudgetKind, rule: BudgetRule, budget: AttemptBudget, account: AccountID?, spentUntil: Instant?
  ) {
    self.key = key
    self.kind = kind
    self.rule = rule
    self.budget = budget
    self.account = account
    self.spentUntil = spentUntil
  }
}

/// Which of the budgets somebody wants to see.
package struct BudgetFilter: Sendable {
  /// Keyed digests as the buckets have them.
  package var name: Digest?
  package var source: Digest?
  package var account: AccountID?
  /// What is counted as well, and not only what refuses now.
  package var includesCounting: Bool

  package init(name: Digest?, source: Digest?, account: AccountID?, includesCounting: Bool) {
    self.name = name
    self.source = source
    self.account = account
    self.includesCounting = includesCounting
  }
}

/// A second factor that wrong codes have disabled.
package struct DisabledFactor: Sendable {
  package enum Factor: Int64, Sendable { case authenticator, recoveryCodes }

  package let factor: Factor
  package let account: AccountID
  package let failures: Int

  package init(factor: Factor, account: AccountID, failures: Int) {
    self.factor = factor
    self.account = account
    self.failures = failures
  }
}

package protocol BudgetReading {
  /// In the order of their keys, which is none that means anything.
  func budgets(_ filter: BudgetFilter, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<KeptBudget>
  /// By the first 16 bytes of its key.
  func keptBudget(beginning bytes: [UInt8]) throws(StorageFault) -> KeptBudget?
  /// In the order in which their accounts were made; with `account`, that one's.
  func disabledFactors(
    of account: AccountID?, after cursor: Int64, limit: Int
  ) throws(StorageFault) -> Page<DisabledFactor>
}

package protocol BudgetKeeping {
  func budget(_ key: Digest) throws(StorageFault) -> AttemptBudget?
  /// Writes it, or deletes it where nothing is counted and nothing reserved. A new row that is one too many displaces
  /// the least that can be forgotten.
  func save(_ budget: AttemptBudget, of bucket: BudgetBucket) throws(StorageFault)
  /// False where the table is full and all in it are bars that are in force.
  func hasRoomForBudget(in pool: BudgetPool) throws(StorageFault) -> Bool
  /// Forgets the failures of one; attempts that are under way stay reserved.
  func clearBudget(_ key: Digest) throws(StorageFault)
  /// Of those that are over, and of those that a table of this ceiling has no place for; how many went.
  func deleteExpiredBudgets(limit: Int) throws(StorageFault) -> Int
}

/// The first answer to a creation, kept so that a repetition gets it again.
package struct IdempotencyRecord: Sendable {
  package let body: Digest
  package let answer: [UInt8]
  /// Whom the answer names, where it is somebody: it goes with the person.
  package let about: AccountID?

  package init(body: Digest, answer: [UInt8], about: AccountID? = nil) {
    self.body = body
    self.answer = answer
    self.about = about
  }
}

package protocol IdempotencyKeeping {
  func idempotencyRecord(_ scope: Digest) throws(StorageFault) -> IdempotencyRecord?
  func save(_ record: IdempotencyRecord, as scope: Digest, expiresAt: Instant) throws(StorageFault)
}
