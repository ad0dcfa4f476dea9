import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let notificationColumns = "seq, event, detail, time, count, last_time"

  private static func readNotification(_ row: Row) -> Notification {
    Notification(
      number: row.integer(0), event: known(row.text(1)), time: row.time(3), count: row.count(4),
      lastTime: row.time(5), detail: row.text(2))
  }

  func notifications(
    of account: AccountID, before cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Notification> {
    try db.page(
      """
      SELECT \(SQLiteSnapshot.notificationColumns) FROM notifications WHERE account = ? AND seq < ?
      ORDER BY seq DESC LIMIT ?
      """, [.text(account.text), .integer(cursor ?? .max)], limit: limit, SQLiteSnapshot.readNotification)
  }

  func notifications(
    of account: AccountID, after number: Int64, limit: Int
  ) throws(StorageFault) -> [Notification] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.notificationColumns) FROM notifications WHERE account = ? AND seq > ?
      ORDER BY seq LIMIT ?
      """, [.text(account.text), .integer(number), .integer(Int64(limit))], SQLiteSnapshot.readNotification)
  }
}

extension SQLiteTransaction {
  func notify(
    _ event: NotificationEvent, of account: AccountID, detail: [(key: String, value: String)]
  ) throws(StorageFault) {
    defer { wake(.account(account)) }
    let text = String(decoding: AuditEntry.json(detail), as: UTF8.self)
    if event.adds {
      try db.run(
        """
        UPDATE notifications SET count = count + 1, last_time = ?1 WHERE seq = (
          SELECT seq FROM notifications WHERE account = ?2 AND event = ?3 AND detail = ?4 AND time > ?5
          ORDER BY seq DESC LIMIT 1)
        """,
        [
          .time(now), .text(account.text), .text(event.rawValue), .text(text),
          .time(now.adding(seconds: -Notification.addingSeconds)),
        ])
      if db.changesCount > 0 { return }
    }
    // Whoever was erased while a password was hashed is told nothing.
    try db.run(
      """
      INSERT INTO notifications (account, event, detail, time, count, last_time)
      SELECT id, ?2, ?3, ?4, 1, ?4 FROM accounts WHERE id = ?1
      """,
      [.text(account.text), .text(event.rawValue), .text(text), .time(now)])
    try db.run(
      """
      DELETE FROM notifications WHERE account = ?1 AND event = ?2 AND seq <= (
        SELECT seq FROM notifications WHERE account = ?1 AND event = ?2 ORDER BY seq DESC LIMIT 1 OFFSET ?3)
      """, [.text(account.text), .text(event.rawValue), .integer(Int64(Notification.kept))])
  }
}
