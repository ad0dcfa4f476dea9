package import AnteroomCore

/// A record as an operator reads it: its personal fields opened, where the person was not erased.
package struct ReadAuditRecord: Sendable {
  package let record: AuditRecord
  /// A JSON object; nil where there is none, or where its key is gone.
  package let personal: [UInt8]?
}

package struct AuditCheckpoint: Sendable {
  package let size: Int64
  package let root: Digest
  package let note: String
  package let verifierKey: String
}

package enum AuditVerification: Sendable {
  case intact(size: Int64, root: Digest)
  /// The first index at which record and tree part; `size` where the tail is missing.
  case broken(firstBadIndex: Int64, reason: String, size: Int64)
}

/// Reads the audit and proves that it is whole.
package struct AuditService: Sendable {
  let store: any Store
  let sealing: any AuditSealing

  package init(store: any Store, sealing: any AuditSealing) {
    self.store = store
    self.sealing = sealing
  }

  /// Records from `index` on; personal fields are opened for the reader.
  package func records(
    from index: Int64, limit: Int, subject: String?, event: String?
  ) async throws(StorageFault) -> Page<ReadAuditRecord> {
    let sealing = sealing
    return try await store.read { snapshot throws(StorageFault) in
      let found = try snapshot.auditRecords(from: index, limit: limit + 1, subject: subject, event: event)
      var items: [ReadAuditRecord] = []
      for stored in found.prefix(limit) {
        var personal: [UInt8]?
        if !stored.record.sealed.isEmpty, let salt = try snapshot.auditSalt(of: stored.record.subject) {
          personal = sealing.openPersonal(stored.record.sealed, subjectSalt: salt)
        }
        items.append(ReadAuditRecord(record: stored.record, personal: personal))
      }
      return Page(items: items, next: found.count > limit ? found[limit].record.index : nil)
    }
  }

  /// Records that the daemon began: what stands between two starts was written by one process.
  package func recordStart(version: String) async throws(StorageFault) {
    try await store.write { tx throws(StorageFault) in
      try tx.append(
        AuditEntry(.daemonStarted, by: .system, subject: "daemon", request: nil, detail: [("version", version)]))
    }
  }

  /// Signs the tree as it stands.
  package func checkpoint() async throws(StorageFault) -> AuditCheckpoint {
    let sealing = sealing
    return try await store.write { tx throws(StorageFault) in
      let tree = try tx.auditHead()?.tree ?? AuditTree()
      let root = tree.root(empty: sealing.emptyRoot, node: sealing.nodeHash)
      let note = sealing.signCheckpoint(size: tree.size, root: root)
      try tx.insertCheckpoint(size: tree.size, note: note)
      return AuditCheckpoint(size: tree.size, root: root, note: note, verifierKey: sealing.verifierKey)
    }
  }

  /// Reads every record again, from the first: its hash, its mark, its place, the head of the tree and
  /// every checkpoint signed so far. In pages, so that a long audit does not hold up the house.
  package func verify() async throws(StorageFault) -> AuditVerification {
    let (head, notes) = try await store.read { snapshot throws(StorageFault) in
      (try snapshot.auditHead(), try snapshot.auditCheckpoints())
    }
    var checkpoints: [Int64: Digest] = [:]
    var broken: (Int64, String)?
    for note in notes {
      guard let (size, root) = sealing.verifyCheckpoint(note) else {
        broken = broken ?? (0, "a checkpoint's signature is not ours")
        continue
      }
      checkpoints[size] = root
    }
    let expected = head?.tree.size ?? checkpoints.keys.max() ?? 0
    var tree = AuditTree()
    while tree.size < expected {
      let from = tree.size
      let page = try await store.read { snapshot throws(StorageFault) in
        try snapshot.auditRecords(from: from, limit: 1000, subject: nil, event: nil)
      }
      if page.isEmpty { break }
      for stored in page where tree.size < expected {
        let index = tree.size
        if let reason = flaw(in: stored, at: index) {
          return .broken(firstBadIndex: index, reason: reason, size: expected)
        }
        tree.append(leaf: stored.leaf, node: sealing.nodeHash)
        if let signed = checkpoints[tree.size], signed != root(tree) {
          return .broken(firstBadIndex: index, reason: "a signed checkpoint names another root", size: expected)
        }
      }
    }
    if tree.size < max(expected, checkpoints.keys.max() ?? 0) {
      return .broken(firstBadIndex: tree.size, reason: "records are missing at the end", size: expected)
    }
    guard let head else {
      return tree.size == 0 && checkpoints.keys.allSatisfy { $0 == 0 }
        ? .intact(size: 0, root: sealing.emptyRoot)
        : .broken(firstBadIndex: 0, reason: "the head of the tree is missing", size: expected)
    }
    let root = root(tree)
    guard head.tree.peaks == tree.peaks, head.mark == sealing.mark(size: tree.size, root: root) else {
      return .broken(firstBadIndex: tree.size, reason: "the head of the tree is not ours", size: expected)
    }
    if let broken { return .broken(firstBadIndex: broken.0, reason: broken.1, size: expected) }
    return .intact(size: tree.size, root: root)
  }

  private func root(_ tree: AuditTree) -> Digest { tree.root(empty: sealing.emptyRoot, node: sealing.nodeHash) }

  private func flaw(in stored: StoredAuditRecord, at index: Int64) -> String? {
    if stored.record.index != index { return "a record is missing" }
    if sealing.leafHash(stored.record.encoded) != stored.leaf { return "the record is not what was hashed" }
    if sealing.mark(index: index, leaf: stored.leaf) != stored.mark { return "the record's mark is not ours" }
    return nil
  }
}
