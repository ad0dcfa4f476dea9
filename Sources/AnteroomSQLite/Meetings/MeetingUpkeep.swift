import AnteroomCore
import AnteroomServices

// What is written of meetings by others than their hosts' everyday acts.

extension SQLiteSnapshot {
  func openMeetings(hostedBy account: AccountID) throws(StorageFault) -> [MeetingID] {
    try db.all("SELECT id FROM meetings WHERE host = ? AND state = 'open' ORDER BY seq", [.text(account.text)]) { row in
      MeetingID(known: row.text(0))
    }
  }
}

extension SQLiteTransaction {
  func forget(_ meeting: MeetingID) throws(StorageFault) {
    let id = [Column.text(meeting.text)]
    try db.run(
      """
      UPDATE meetings SET forgotten = 1, title = NULL, external = NULL, settings = '', passcode_kind = NULL,
        passcode_digest = NULL, passcode_failures = 0, opens_at = NULL, closes_at = NULL, auto_lock_due = NULL,
        host_absence_due = NULL WHERE id = ?
      """, id)
    for table in ["cohosts", "invites", "bans", "stays"] {
      try db.run("DELETE FROM \(table) WHERE meeting = ?", id)
    }
    let joins = "(SELECT id FROM joins WHERE meeting = ?)"
    try db.run("DELETE FROM consents WHERE join_id IN \(joins)", id)
    try db.run("UPDATE events SET message = NULL WHERE join_id IN \(joins)", id)
    // The rows stay: a ticket that is dead and a roster's question are answered by them.
    try db.run(
      """
      UPDATE joins SET display_name = '', account = NULL, session = NULL, message = NULL, likeness = NULL,
        likeness_read = NULL, confusable_with = NULL, source = NULL, invite = NULL, deadline = NULL
      WHERE meeting = ?
      """, id)
  }

  func setHostProfile(_ profile: String?, of account: AccountID) throws(StorageFault) {
    try db.run(
      "UPDATE meetings SET host_profile = ?, version = version + 1 WHERE host = ? AND forgotten = 0",
      [.optional(profile), .text(account.text)])
  }

  func addDelegate(_ frontEnd: String, of account: AccountID) throws(StorageFault) -> Bool {
    try db.run(
      "INSERT OR IGNORE INTO delegates (account, frontend, created_at) VALUES (?, ?, ?)",
      [.text(account.text), .text(frontEnd), .time(now)])
    return db.changesCount == 1
  }

  func removeDelegate(_ frontEnd: String, of account: AccountID) throws(StorageFault) -> Bool {
    try db.run(
      "DELETE FROM delegates WHERE account = ? AND frontend = ?", [.text(account.text), .text(frontEnd)])
    return db.changesCount == 1
  }
}
