package import AnteroomCore

/// What the running daemon knows of itself, for its operators.
package protocol OperationFacts: Sendable {
  var version: String { get }
  var now: Instant { get }
  /// False once the store no longer takes changes.
  var isServing: Bool { get }
  func status() async throws(StorageFault) -> OperationStatus
}

package struct OperationStatus: Sendable {
  package let startedAt: Instant
  package let schema: String
  package let synchronous: String
  package let journalMode: String
  package let storeBytes: Int
  package let hashing: HashingLoad
  package let accounts: Int
  package let sessions: Int
  package let meetings: Int
  package let waiting: Int
  package let auditSize: Int64
  package let warnings: [String]

  package init(
    startedAt: Instant, schema: String, synchronous: String, journalMode: String, storeBytes: Int,
    hashing: HashingLoad, accounts: Int, sessions: Int, meetings: Int, waiting: Int, auditSize: Int64,
    warnings: [String]
  ) {
    self.startedAt = startedAt
    self.schema = schema
    self.synchronous = synchronous
    self.journalMode = journalMode
    self.storeBytes = storeBytes
    self.hashing = hashing
    self.accounts = accounts
    self.sessions = sessions
    self.meetings = meetings
    self.waiting = waiting
    self.auditSize = auditSize
    self.warnings = warnings
  }
}
