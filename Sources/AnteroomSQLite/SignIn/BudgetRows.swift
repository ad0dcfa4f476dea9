import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let budgetColumns =
    "key, kind, rule, failures, reserved, window_start, last_failure, slots, account, spent_until"

  /// Nil for a row of before, which says nothing of what it is about.
  private static func readKept(_ row: Row, from offset: Int) -> KeptBudget? {
    guard let kind = BudgetKind(rawValue: row.text(offset + 1)), let rule = BudgetRule(text: row.text(offset + 2))
    else { return nil }
    return KeptBudget(
      key: row.digest(offset), kind: kind, rule: rule, budget: readBudget(row, from: offset + 3),
      account: row.optionalText(offset + 8).map { AccountID(known: $0) }, spentUntil: row.optionalTime(offset + 9))
  }

  fileprivate static func readBudget(_ row: Row, from offset: Int) -> AttemptBudget {
    AttemptBudget(
      failures: row.count(offset), reserved: row.count(offset + 1), windowStart: row.time(offset + 2),
      lastFailure: row.time(offset + 3),
      slots: row.optionalText(offset + 4).flatMap { FailureSlots(text: $0) } ?? .empty)
  }

  /// The cursor is the beginning of a key as a number: 7 bytes, so that it is never negative.
  func budgets(_ filter: BudgetFilter, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<KeptBudget> {
    var start: [UInt8] = []
    if let cursor {
      start =
        (0..<7).reversed().map { UInt8(truncatingIfNeeded: cursor >> Int64($0 * 8)) }
        + Array(
          repeating: 255, count: 25)
    }
    let rows = try db.all(
      """
      SELECT \(SQLiteSnapshot.budgetColumns) FROM budgets
      WHERE key > ?1 AND kind <> '' AND failures > 0 AND (spent_until > ?2 OR (?3 AND expires_at > ?2))
        AND (?4 IS NULL OR name = ?4) AND (?5 IS NULL OR source = ?5) AND (?6 IS NULL OR account = ?6)
      ORDER BY key LIMIT ?7
      """,
      [
        .blob(start), .time(now), .flag(filter.includesCounting), filter.name.map(Column.digest) ?? .null,
        filter.source.map(Column.digest) ?? .null, .optional(filter.account?.text), .integer(Int64(limit + 1)),
      ]
    ) { SQLiteSnapshot.readKept($0, from: 0) }
    let items = rows.compactMap(\.self)
    let page = Array(items.prefix(limit))
    let last = page.last.map { kept in kept.key.bytes[..<7].reduce(Int64(0)) { $0 << 8 | Int64($1) } }
    return Page(items: page, next: items.count > limit ? last : nil)
  }

  func keptBudget(beginning bytes: [UInt8]) throws(StorageFault) -> KeptBudget? {
    let found = try db.one(
      "SELECT \(SQLiteSnapshot.budgetColumns) FROM budgets WHERE key BETWEEN ? AND ?",
      [
        .blob(bytes + Array(repeating: 0, count: 32 - bytes.count)),
        .blob(bytes + Array(repeating: 255, count: 32 - bytes.count)),
      ]
    ) { SQLiteSnapshot.readKept($0, from: 0) }
    return found ?? nil
  }

  func disabledFactors(
    of account: AccountID?, after cursor: Int64, limit: Int
  ) throws(StorageFault) -> Page<DisabledFactor> {
    try db.page(
      """
      SELECT place, id, failures FROM (
        SELECT a.seq * 2 AS place, a.id AS id, t.failures AS failures FROM authenticators t
          JOIN accounts a ON a.id = t.account WHERE t.confirmed = 1 AND t.disabled = 1
        UNION ALL SELECT seq * 2 + 1, id, recovery_failures FROM accounts WHERE recovery_failures >= ?1)
      WHERE place > ?2 AND (?3 IS NULL OR id = ?3) ORDER BY place LIMIT ?4
      """,
      [.integer(Int64(SignInPolicy.recoveryCodeFailures)), .integer(cursor), .optional(account?.text)], limit: limit
    ) { row in
      DisabledFactor(
        factor: row.integer(0) & 1 == 0 ? .authenticator : .recoveryCodes, account: AccountID(known: row.text(1)),
        failures: row.count(2))
    }
  }
}

extension SQLiteTransaction {
  func budget(_ key: Digest) throws(StorageFault) -> AttemptBudget? {
    try db.one(
      "SELECT failures, reserved, window_start, last_failure, slots FROM budgets WHERE key = ?", [.digest(key)]
    ) { SQLiteSnapshot.readBudget($0, from: 0) }
  }

  func save(_ budget: AttemptBudget, of bucket: BudgetBucket) throws(StorageFault) {
    guard budget.failures > 0 || budget.reserved > 0 else {
      // A right password leaves no trace of itself here.
      return try db.run("DELETE FROM budgets WHERE key = ?", [.digest(bucket.key)])
    }
    // The account may have been erased while the password was hashed: its id is not written back.
    let state = BudgetRowState(budget, under: bucket.rule, at: now)
    try db.run(
      """
      UPDATE budgets SET failures = ?2, reserved = ?3, window_start = ?4, last_failure = ?5, slots = ?6,
        expires_at = ?7, spent_until = ?8, rank = ?9, rule = ?10, kind = ?11,
        account = (SELECT id FROM accounts WHERE id = ?12), name = ?13, source = ?14
      WHERE key = ?1
      """, [.digest(bucket.key)] + state.columns + bucket.columns)
    if db.changesCount > 0 { return }
    try db.run(
      """
      INSERT INTO budgets (key, failures, reserved, window_start, last_failure, slots, expires_at, spent_until, rank,
        rule, kind, account, name, source, pool)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM accounts WHERE id = ?), ?, ?, ?)
      """, [.digest(bucket.key)] + state.columns + bucket.columns + [.integer(bucket.kind.pool.rawValue)])
    try evict(from: bucket.kind.pool)
  }

  /// As many rows as came go, at most two at a time: what is over, then what failed least, and of that the oldest,
  /// so that a flood has to fill the table with rows that failed as often as the one it wants forgotten. The plus
  /// keeps SQLite from looking for what is over through all of a pool.
  private func evict(from pool: BudgetPool) throws(StorageFault) {
    guard try rows(in: pool) > budgetCeiling else { return }
    try db.run(
      """
      DELETE FROM budgets WHERE key IN (
        SELECT key FROM budgets WHERE expires_at <= ? AND +pool = ? AND reserved = 0 ORDER BY expires_at LIMIT 2)
      """, [.time(now), .integer(pool.rawValue)])
    if db.changesCount > 0 { return }
    _ = try displace(2, from: pool)
  }

  /// Where a wrong guess costs a hash a bar is never forgotten for another: `hasRoomForBudget` refused before.
  private func displace(_ count: Int, from pool: BudgetPool) throws(StorageFault) -> Int {
    let highest = pool == .passwords ? AttemptBudget.firstSpentRank : .max
    try db.run(
      """
      DELETE FROM budgets WHERE key IN (
        SELECT key FROM budgets WHERE pool = ? AND rank < ? AND reserved = 0 ORDER BY pool, rank, window_start LIMIT ?)
      """, [.integer(pool.rawValue), .integer(highest), .integer(Int64(count))])
    return db.changesCount
  }

  /// Each pool has half of the table.
  private func rows(in pool: BudgetPool) throws(StorageFault) -> Int {
    try db.one("SELECT rows FROM budget_pools WHERE pool = ?", [.integer(pool.rawValue)]) { $0.count(0) } ?? 0
  }

  func hasRoomForBudget(in pool: BudgetPool) throws(StorageFault) -> Bool {
    if pool != .passwords { return true }
    if try rows(in: pool) < budgetCeiling { return true }
    let isAnyForgettable = try db.one(
      """
      SELECT EXISTS (SELECT 1 FROM budgets WHERE pool = ?1 AND rank < ?2 AND reserved = 0)
        OR EXISTS (SELECT 1 FROM budgets WHERE expires_at <= ?3 AND +pool = ?1 AND reserved = 0)
      """, [.integer(pool.rawValue), .integer(AttemptBudget.firstSpentRank), .time(now)]
    ) { $0.flag(0) }
    return isAnyForgettable ?? false
  }

  func clearBudget(_ key: Digest) throws(StorageFault) {
    try db.run(
      """
      UPDATE budgets SET failures = 0, slots = NULL, spent_until = NULL, rank = 0, window_start = ?2
      WHERE key = ?1 AND reserved > 0
      """, [.digest(key), .time(now)])
    try db.run("DELETE FROM budgets WHERE key = ? AND reserved = 0", [.digest(key)])
  }

  func deleteExpiredBudgets(limit: Int) throws(StorageFault) -> Int {
    try db.run(
      "DELETE FROM budgets WHERE key IN (SELECT key FROM budgets WHERE expires_at <= ? AND reserved = 0 LIMIT ?)",
      [.time(now), .integer(Int64(limit))])
    var count = db.changesCount
    for pool in BudgetPool.allCases {
      // A table of another ceiling.
      let surplus = min(try rows(in: pool) - budgetCeiling, limit - count)
      guard surplus > 0 else { continue }
      count += try displace(surplus, from: pool)
    }
    return count
  }

  func idempotencyRecord(_ scope: Digest) throws(StorageFault) -> IdempotencyRecord? {
    try db.one(
      "SELECT body, answer FROM idempotency WHERE scope = ? AND expires_at > ?", [.digest(scope), .time(now)]
    ) { row in IdempotencyRecord(body: row.digest(0), answer: row.blob(1)) }
  }

  func save(_ record: IdempotencyRecord, as scope: Digest, expiresAt: Instant) throws(StorageFault) {
    try db.run(
      "INSERT OR REPLACE INTO idempotency (scope, body, answer, expires_at, about) VALUES (?, ?, ?, ?, ?)",
      [
        .digest(scope), .digest(record.body), .blob(record.answer), .time(expiresAt), .optional(record.about?.text),
      ])
  }
}

/// What a row says beside what was counted: everything that follows from it under its rule.
struct BudgetRowState {
  private let budget: AttemptBudget
  private let expiresAt: Instant
  private let spentUntil: Instant?
  private let rank: Int64

  init(_ budget: AttemptBudget, under rule: BudgetRule, at now: Instant) {
    self.budget = budget
    expiresAt = budget.expiry(under: rule)
    spentUntil = budget.spentUntil(under: rule, at: now)
    rank = budget.rank(under: rule, at: now)
  }

  /// failures, reserved, window_start, last_failure, slots, expires_at, spent_until, rank
  var columns: [Column] {
    [
      .integer(Int64(budget.failures)), .integer(Int64(budget.reserved)), .time(budget.windowStart),
      .time(budget.lastFailure), budget.slots.isEmpty ? .null : .text(budget.slots.text), .time(expiresAt),
      .optional(spentUntil), .integer(rank),
    ]
  }
}

extension BudgetBucket {
  /// rule, kind, account, name, source
  fileprivate var columns: [Column] {
    [
      .text(rule.text), .text(kind.rawValue), .optional(account?.text), name.map(Column.digest) ?? .null,
      source.map(Column.digest) ?? .null,
    ]
  }
}

extension Statements {
  /// What was reserved when the daemon died was being tested: it counts as failed, so that killing the daemon buys
  /// nobody a guess.
  func settleReservations(at now: Instant) throws(StorageFault) {
    let open = try all(
      "SELECT key, rule, failures, reserved, window_start, last_failure, slots FROM budgets WHERE reserved > 0", []
    ) { row in
      (key: row.digest(0), rule: BudgetRule(text: row.text(1)), budget: SQLiteSnapshot.readBudget(row, from: 2))
    }
    for row in open {
      // A row of before has no rule: it keeps the times that it has.
      guard let rule = row.rule else {
        try run(
          "UPDATE budgets SET failures = failures + reserved, reserved = 0 WHERE key = ?", [.digest(row.key)])
        continue
      }
      let state = BudgetRowState(row.budget.abandoned(under: rule, at: now), under: rule, at: now)
      try run(
        """
        UPDATE budgets SET failures = ?2, reserved = ?3, window_start = ?4, last_failure = ?5, slots = ?6,
          expires_at = ?7, spent_until = ?8, rank = ?9 WHERE key = ?1
        """, [.digest(row.key)] + state.columns)
    }
  }
}
