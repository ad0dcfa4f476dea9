import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func authenticators(of account: AccountID) throws(StorageFault) -> [Authenticator] {
    var found: [Authenticator] = []
    for isConfirmed in [true, false] {
      if let one = try authenticator(of: account, confirmed: isConfirmed) { found.append(one) }
    }
    return found
  }

  func recoveryCodeCount(of account: AccountID) throws(StorageFault) -> Int {
    try db.one(
      "SELECT count(*) FROM recovery_codes WHERE account = ? AND used = 0", [.text(account.text)]
    ) { $0.count(0) } ?? 0
  }

  func knownDevices(of account: AccountID, limit: Int) throws(StorageFault) -> [KnownDevice] {
    try db.all(
      """
      SELECT id, digest, failures, expires_at FROM known_devices WHERE account = ? ORDER BY expires_at DESC LIMIT ?
      """, [.text(account.text), .integer(Int64(limit))]
    ) { row in
      KnownDevice(
        id: row.text(0), account: account, digest: row.digest(1), failures: row.count(2), expiresAt: row.time(3))
    }
  }

  func delegates(of account: AccountID) throws(StorageFault) -> [Delegate] {
    try db.all(
      "SELECT frontend, created_at FROM delegates WHERE account = ? ORDER BY frontend", [.text(account.text)]
    ) { Delegate(frontEnd: $0.text(0), createdAt: $0.time(1)) }
  }

  func budgets(about account: AccountID, limit: Int) throws(StorageFault) -> [BudgetFacts] {
    try db.all(
      """
      SELECT kind, failures, last_failure FROM budgets WHERE account = ? AND expires_at > ?
      ORDER BY last_failure DESC LIMIT ?
      """, [.text(account.text), .time(now), .integer(Int64(limit))]
    ) { BudgetFacts(kind: $0.text(0), failures: $0.count(1), lastFailure: $0.time(2)) }
  }

  func auditRecords(about account: AccountID, limit: Int) throws(StorageFault) -> [AuditRecord] {
    try db.all(
      """
      SELECT idx, time, event, actor, subject, request, detail, sealed FROM audit_records
      WHERE subject = ?1 OR actor = ?1 OR subject IN (SELECT id FROM joins WHERE account = ?1)
        OR actor IN (SELECT id FROM joins WHERE account = ?1)
      ORDER BY idx DESC LIMIT ?2
      """, [.text(account.text), .integer(Int64(limit))]
    ) { row in
      AuditRecord(
        index: row.integer(0), time: row.time(1), event: row.text(2), actor: row.text(3), subject: row.text(4),
        request: row.text(5), detail: row.text(6), sealed: row.blob(7))
    }
  }
}
