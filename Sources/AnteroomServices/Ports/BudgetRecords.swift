package import AnteroomCore

package protocol BudgetKeeping {
  func budget(_ key: Digest) throws(StorageFault) -> AttemptBudget?
  func save(_ budget: AttemptBudget, as key: Digest, expiresAt: Instant) throws(StorageFault)
}

/// The first answer to a creation, kept so that a repetition gets it again.
package struct IdempotencyRecord: Sendable {
  package let body: Digest
  package let answer: [UInt8]

  package init(body: Digest, answer: [UInt8]) {
    self.body = body
    self.answer = answer
  }
}

package protocol IdempotencyKeeping {
  func idempotencyRecord(_ scope: Digest) throws(StorageFault) -> IdempotencyRecord?
  func save(_ record: IdempotencyRecord, as scope: Digest, expiresAt: Instant) throws(StorageFault)
}
