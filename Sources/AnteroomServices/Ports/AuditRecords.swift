package import AnteroomCore

/// One record with what is kept beside it.
package struct StoredAuditRecord: Sendable {
  package let record: AuditRecord
  package let leaf: Digest
  package let mark: Digest

  package init(record: AuditRecord, leaf: Digest, mark: Digest) {
    self.record = record
    self.leaf = leaf
    self.mark = mark
  }
}

package struct AuditHead: Sendable {
  package let tree: AuditTree
  package let mark: Digest

  package init(tree: AuditTree, mark: Digest) {
    self.tree = tree
    self.mark = mark
  }
}

package protocol AuditReading {
  func auditHead() throws(StorageFault) -> AuditHead?
  func auditRecords(
    from index: Int64, limit: Int, subject: String?, event: String?
  ) throws(StorageFault) -> [StoredAuditRecord]
  /// Notes of checkpoints, oldest first.
  func auditCheckpoints() throws(StorageFault) -> [String]
  /// The salt under which a subject's personal fields are sealed; nil once it was erased.
  func auditSalt(of subject: String) throws(StorageFault) -> [UInt8]?
}

package protocol AuditWriting {
  /// Adds a leaf to the tree, in this transaction.
  func append(_ entry: AuditEntry) throws(StorageFault)
  func insertCheckpoint(size: Int64, note: String) throws(StorageFault)
  /// Counts a refusal of somebody unknown: per source and minute, so that strangers cannot fill the disk.
  /// The count so far, this one included.
  @discardableResult
  func countRefusal(source: Digest, code: String) throws(StorageFault) -> Int
  /// Turns the counts of minutes that are over into records.
  func recordRefusals() throws(StorageFault)
}
