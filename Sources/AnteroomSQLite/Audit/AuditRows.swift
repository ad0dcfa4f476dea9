import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func auditHead() throws(StorageFault) -> AuditHead? {
    let row = try db.one("SELECT size, peaks, mark FROM audit_head", []) { row in
      (row.integer(0), row.blob(1), row.digest(2))
    }
    guard let (size, peaks, mark) = row, let tree = AuditTree(size: size, peaks: SQLiteSnapshot.peaks(peaks)) else {
      return nil
    }
    return AuditHead(tree: tree, mark: mark)
  }

  static func peaks(_ bytes: [UInt8]) -> [Digest] {
    stride(from: 0, to: bytes.count - bytes.count % 32, by: 32).map { Digest(Array(bytes[$0..<($0 + 32)])) }
  }

  func auditRecords(
    from index: Int64, limit: Int, subject: String?, event: String?
  ) throws(StorageFault) -> [StoredAuditRecord] {
    try db.all(
      """
      SELECT idx, time, event, actor, subject, request, detail, sealed, leaf, mark FROM audit_records
      WHERE idx >= ?1 AND (?2 IS NULL OR subject = ?2) AND (?3 IS NULL OR event = ?3) ORDER BY idx LIMIT ?4
      """, [.integer(index), .optional(subject), .optional(event), .integer(Int64(limit))]
    ) { row in
      StoredAuditRecord(
        record: AuditRecord(
          index: row.integer(0), time: row.time(1), event: row.text(2), actor: row.text(3), subject: row.text(4),
          request: row.text(5), detail: row.text(6), sealed: row.blob(7)),
        leaf: row.digest(8), mark: row.digest(9))
    }
  }

  func auditCheckpoints() throws(StorageFault) -> [String] {
    try db.all("SELECT note FROM audit_checkpoints ORDER BY size", []) { $0.text(0) }
  }

  func auditSalt(of subject: String) throws(StorageFault) -> [UInt8]? {
    let query =
      if subject.hasPrefix(AccountID.prefix) {
        "SELECT salt FROM accounts WHERE id = ?"
      } else if subject.hasPrefix(JoinID.prefix) {
        "SELECT salt FROM joins WHERE id = ?"
      } else {
        // What is personal about a meeting is its host's.
        "SELECT a.salt FROM meetings m JOIN accounts a ON a.id = m.host WHERE m.id = ?"
      }
    return try db.one(query, [.text(subject)]) { $0.blob(0) }
  }
}

extension SQLiteTransaction {
  func append(_ entry: AuditEntry) throws(StorageFault) {
    var sealed = entry.sealed ?? []
    if sealed.isEmpty, !entry.personal.isEmpty, let salt = entry.salt {
      sealed = sealing.sealPersonal(AuditEntry.json(entry.personal), subjectSalt: salt)
    }
    let record = AuditRecord(
      index: tree.size, time: now, event: entry.event.rawValue, actor: entry.actor.text, subject: entry.subject,
      request: entry.request?.text ?? "",
      detail: entry.detail.isEmpty ? "" : String(decoding: AuditEntry.json(entry.detail), as: UTF8.self),
      sealed: sealed)
    let leaf = sealing.leafHash(record.encoded)
    try db.run(
      """
      INSERT INTO audit_records (idx, time, event, actor, subject, request, detail, sealed, leaf, mark)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(record.index), .time(record.time), .text(record.event), .text(record.actor), .text(record.subject),
        .text(record.request), .text(record.detail), .blob(record.sealed), .digest(leaf),
        .digest(sealing.mark(index: record.index, leaf: leaf)),
      ])
    tree.append(leaf: leaf, node: sealing.nodeHash)
  }

  /// Writes the head of the tree and the time, once a group.
  func saveHead() throws(StorageFault) {
    let root = tree.root(empty: sealing.emptyRoot, node: sealing.nodeHash)
    try db.run(
      """
      INSERT INTO audit_head (one, size, peaks, mark, time) VALUES (1, ?, ?, ?, ?)
      ON CONFLICT (one) DO UPDATE SET size = excluded.size, peaks = excluded.peaks, mark = excluded.mark,
        time = excluded.time
      """,
      [
        .integer(tree.size), .blob(tree.peaks.flatMap(\.bytes)), .digest(sealing.mark(size: tree.size, root: root)),
        .time(now),
      ])
  }

  func insertCheckpoint(size: Int64, note: String) throws(StorageFault) {
    try db.run("INSERT OR REPLACE INTO audit_checkpoints (size, note) VALUES (?, ?)", [.integer(size), .text(note)])
  }

  func countRefusal(source: Digest, code: String) throws(StorageFault) -> Int {
    try db.one(
      """
      INSERT INTO refusals (minute, source, code, count) VALUES (?, ?, ?, 1)
      ON CONFLICT (minute, source, code) DO UPDATE SET count = count + 1 RETURNING count
      """, [.integer(now.seconds / 60), .digest(source), .text(code)]
    ) { $0.count(0) } ?? 1
  }

  func recordRefusals() throws(StorageFault) {
    let minute = now.seconds / 60
    let counts = try db.all(
      """
      SELECT minute, code, sum(count), count(*) FROM refusals WHERE minute < ? GROUP BY minute, code
      ORDER BY minute, code
      """, [.integer(minute)]
    ) { row in (row.integer(0), row.text(1), row.integer(2), row.integer(3)) }
    for (minute, code, count, sources) in counts {
      try append(
        AuditEntry(
          .strangersRefused, by: .system, subject: "strangers", request: nil,
          detail: [
            ("minute", Instant(seconds: minute * 60).description), ("code", code), ("count", String(count)),
            ("sources", String(sources)),
          ]))
    }
    try db.run("DELETE FROM refusals WHERE minute < ?", [.integer(minute)])
  }
}
