import AnteroomCore
import AnteroomServices

extension SQLiteTransaction {
  func budget(_ key: Digest) throws(StorageFault) -> AttemptBudget? {
    try db.one(
      "SELECT failures, reserved, window_start, last_failure FROM budgets WHERE key = ?", [.digest(key)]
    ) { row in
      AttemptBudget(
        failures: row.count(0), reserved: row.count(1), windowStart: row.time(2), lastFailure: row.time(3))
    }
  }

  func save(_ budget: AttemptBudget, as key: Digest, expiresAt: Instant) throws(StorageFault) {
    try db.run(
      """
      INSERT INTO budgets (key, failures, reserved, window_start, last_failure, expires_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, reserved = excluded.reserved,
        window_start = excluded.window_start, last_failure = excluded.last_failure, expires_at = excluded.expires_at
      """,
      [
        .digest(key), .integer(Int64(budget.failures)), .integer(Int64(budget.reserved)), .time(budget.windowStart),
        .time(budget.lastFailure), .time(expiresAt),
      ])
  }

  func idempotencyRecord(_ scope: Digest) throws(StorageFault) -> IdempotencyRecord? {
    try db.one(
      "SELECT body, answer FROM idempotency WHERE scope = ? AND expires_at > ?", [.digest(scope), .time(now)]
    ) { row in IdempotencyRecord(body: row.digest(0), answer: row.blob(1)) }
  }

  func save(_ record: IdempotencyRecord, as scope: Digest, expiresAt: Instant) throws(StorageFault) {
    try db.run(
      "INSERT OR REPLACE INTO idempotency (scope, body, answer, expires_at) VALUES (?, ?, ?, ?)",
      [.digest(scope), .digest(record.body), .blob(record.answer), .time(expiresAt)])
  }
}
