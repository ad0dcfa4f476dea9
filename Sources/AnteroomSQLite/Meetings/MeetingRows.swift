import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  private static let columns = """
    m.id, m.external, m.frontend, m.kind, m.title, m.host, m.profile, m.settings, m.passcode_kind, m.passcode_digest,
    m.passcode_failures, m.state, m.locked, m.occurrence, m.epoch, m.waiting, m.admitted, m.present,
    m.hosts_admitted, m.hosts_present, m.created_at, m.version,
    (SELECT group_concat(c.account, ' ') FROM cohosts c WHERE c.meeting = m.id),
    m.away, m.host_absence_due, m.passcode_is_suspect, m.host_profile, m.opens_at, m.closes_at, m.auto_lock_due,
    m.burst_since, m.failed_knocks, m.unknown_knocks
    """

  /// Put together once: every join asks it.
  private static let meetingByID = "SELECT \(columns) FROM meetings m WHERE m.id = ? AND m.forgotten = 0"

  private func readMeeting(_ row: Row, from offset: Int) -> Meeting {
    let profile = row.text(offset + 6)
    let hostProfile = row.optionalText(offset + 26)
    let (own, effective) = policyCache.policy(
      profile: profile, hostProfile: hostProfile, text: row.text(offset + 7), in: policies)
    let cohosts = row.optionalText(offset + 22).map { text in
      text.split(separator: " ").map { AccountID(known: String($0)) }
    }
    return Meeting(
      id: MeetingID(known: row.text(offset)), external: row.optionalText(offset + 1), frontEnd: row.text(offset + 2),
      kind: SQLiteSnapshot.known(row.text(offset + 3)), title: row.optionalText(offset + 4),
      host: AccountID(known: row.text(offset + 5)), cohosts: cohosts ?? [], profile: profile,
      hostProfile: hostProfile, policy: effective,
      own: own, passcodeKind: row.optionalText(offset + 8).map(SQLiteSnapshot.known),
      passcodeDigest: row.hasNull(offset + 9) ? nil : row.digest(offset + 9),
      passcodeFailures: row.count(offset + 10), state: SQLiteSnapshot.known(row.text(offset + 11)),
      locked: row.flag(offset + 12),
      occurrence: row.integer(offset + 13), epoch: row.integer(offset + 14),
      tally: Tally(
        waiting: row.count(offset + 15), admitted: row.count(offset + 16), present: row.count(offset + 17),
        away: row.count(offset + 23),
        hostsAdmitted: row.count(offset + 18), hostsPresent: row.count(offset + 19)),
      createdAt: row.time(offset + 20), version: row.integer(offset + 21), opensAt: row.optionalTime(offset + 27),
      closesAt: row.optionalTime(offset + 28), autoLockDue: row.optionalTime(offset + 29),
      burst: Burst(since: row.time(offset + 30), failed: row.count(offset + 31), unknown: row.count(offset + 32)),
      hostAbsenceDue: row.optionalTime(offset + 24), passcodeIsSuspect: row.flag(offset + 25))
  }

  /// A word that the schema's CHECK allows and the type knows: anything else is a damaged file.
  static func known<Word: RawRepresentable>(_ text: String) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: text) else { preconditionFailure("a word that the schema does not allow") }
    return word
  }

  func meeting(_ id: MeetingID) throws(StorageFault) -> Meeting? {
    try db.one(SQLiteSnapshot.meetingByID, [.text(id.text)]) { readMeeting($0, from: 0) }
  }

  func anyMeeting() throws(StorageFault) -> Meeting? {
    try db.one("SELECT \(SQLiteSnapshot.columns) FROM meetings m WHERE m.forgotten = 0 ORDER BY m.seq LIMIT 1", []) {
      readMeeting($0, from: 0)
    }
  }

  func meetings(_ filter: MeetingFilter, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<Meeting> {
    // Whose they are narrows first: an account's are few among many.
    let parts = filter.part.map { [$0] } ?? MeetingFilter.Part.allCases
    let whose =
      filter.account == nil
      ? "" : "AND m.id IN (\(parts.map(SQLiteSnapshot.meetingsOfAccount).joined(separator: " UNION ")))"
    return try db.page(
      """
      SELECT m.seq, \(SQLiteSnapshot.columns) FROM meetings m
      WHERE m.seq > ?3 AND m.forgotten = 0 \(whose)
        AND (?4 IS NULL OR m.external = ?4) AND (?5 IS NULL OR m.frontend = ?5) AND (?6 IS NULL OR m.state = ?6)
        AND (?7 IS NULL OR coalesce(m.opens_at, m.created_at) >= ?7)
        AND (?8 IS NULL OR coalesce(m.opens_at, m.created_at) < ?8)
      ORDER BY m.seq LIMIT ?9
      """,
      [
        .time(now), .optional(filter.account?.text), .integer(cursor ?? 0), .optional(filter.external),
        .optional(filter.frontEnd), .optional(filter.state?.rawValue), .optional(filter.from), .optional(filter.to),
      ], limit: limit
    ) { readMeeting($0, from: 1) }
  }

  /// The ids of the meetings that the account `?2` has such a part in at the time `?1`.
  private static func meetingsOfAccount(_ part: MeetingFilter.Part) -> String {
    switch part {
    case .host: "SELECT h.id FROM meetings h WHERE h.host = ?2"
    case .cohost: "SELECT c.meeting FROM cohosts c WHERE c.account = ?2"
    case .invited:
      """
      SELECT i.meeting FROM invites i JOIN meetings n ON n.id = i.meeting
      WHERE i.account = ?2 AND \(inviteIsGood) AND (n.state <> 'ended' OR n.kind = 'series')
      """
    }
  }

  func dueHostAbsences(at time: Instant, limit: Int) throws(StorageFault) -> [Meeting] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.columns) FROM meetings m
      WHERE m.host_absence_due <= ? ORDER BY m.host_absence_due LIMIT ?
      """, [.time(time), .integer(Int64(limit))]
    ) { readMeeting($0, from: 0) }
  }

  func dueMeetings(at time: Instant, limit: Int) throws(StorageFault) -> [Meeting] {
    try db.all(
      """
      SELECT \(SQLiteSnapshot.columns) FROM meetings m WHERE m.auto_lock_due <= ?1
      UNION ALL
      SELECT \(SQLiteSnapshot.columns) FROM meetings m WHERE m.state = 'scheduled' AND m.opens_at <= ?1 LIMIT ?2
      """, [.time(time), .integer(Int64(limit))]
    ) { readMeeting($0, from: 0) }
  }

  func hostingSince(_ account: AccountID, in meeting: MeetingID) throws(StorageFault) -> Int64 {
    // Whoever is both is a host since the earlier of the two.
    let since: Int64?? = try db.one(
      """
      SELECT min(since) FROM (
        SELECT host_since_event AS since FROM meetings WHERE id = ?1 AND host = ?2
        UNION ALL SELECT since_event FROM cohosts WHERE meeting = ?1 AND account = ?2)
      """, [.text(meeting.text), .text(account.text)]
    ) { $0.optionalInteger(0) }
    return since.flatMap { $0 } ?? Int64.max
  }

  func isExternalTaken(
    _ external: String, frontEnd: String, except meeting: MeetingID
  ) throws(StorageFault) -> Bool {
    try db.one(
      "SELECT 1 FROM meetings WHERE external = ? AND frontend = ? AND state <> 'ended' AND id <> ?",
      [.text(external), .text(frontEnd), .text(meeting.text)]
    ) { _ in true } ?? false
  }

  func isDelegate(_ frontEnd: String, of account: AccountID) throws(StorageFault) -> Bool {
    try db.one(
      "SELECT 1 FROM delegates WHERE account = ? AND frontend = ?", [.text(account.text), .text(frontEnd)]
    ) { _ in true } ?? false
  }

  func meetingCount() throws(StorageFault) -> (meetings: Int, waiting: Int) {
    try db.one("SELECT count(*), coalesce(sum(waiting), 0) FROM meetings WHERE state <> 'ended'", []) { row in
      (meetings: row.count(0), waiting: row.count(1))
    } ?? (0, 0)
  }
}

extension SQLiteTransaction {
  func insert(_ meeting: Meeting) throws(StorageFault) -> MeetingInsertion {
    // An id and a foreign name are one space: a grant's `room` is either, and must not name two meetings.
    let isTaken = try db.one("SELECT 1 FROM meetings WHERE external = ?", [.text(meeting.id.text)]) { _ in true }
    if isTaken != nil { return .idTaken }
    if try isGivenOut(meeting.id.text) { return .idTaken }
    if let external = meeting.external, try isGivenOut(external) { return .externalTaken }
    try db.run(
      """
      INSERT INTO meetings (id, external, frontend, kind, title, host, profile, settings, passcode_kind,
        passcode_digest, passcode_failures, state, locked, occurrence, epoch, waiting, admitted, present,
        hosts_admitted, hosts_present, created_at, version, host_profile, opens_at, closes_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .text(meeting.id.text), .optional(meeting.external), .text(meeting.frontEnd), .text(meeting.kind.rawValue),
        .optional(meeting.title), .text(meeting.host.text), .text(meeting.profile),
        .text(PolicyText.write(meeting.own)), .optional(meeting.passcodeKind?.rawValue),
        meeting.passcodeDigest.map(Column.digest) ?? .null, .text(meeting.state.rawValue), .flag(meeting.locked),
        .integer(meeting.occurrence), .integer(meeting.epoch), .time(meeting.createdAt), .integer(meeting.version),
        .optional(meeting.hostProfile), .optional(meeting.opensAt), .optional(meeting.closesAt),
      ])
    guard db.changesCount == 1 else { return .externalTaken }
    for cohost in meeting.cohosts {
      try db.run(
        "INSERT OR IGNORE INTO cohosts (meeting, account) VALUES (?, ?)", [.text(meeting.id.text), .text(cohost.text)])
    }
    return .inserted
  }

  /// An id is never given out twice, whatever became of its meeting.
  private func isGivenOut(_ id: String) throws(StorageFault) -> Bool {
    try db.one("SELECT 1 FROM meetings WHERE id = ?", [.text(id)]) { _ in true } ?? false
  }

  func update(_ meeting: Meeting) throws(StorageFault) {
    try db.run(
      """
      UPDATE meetings SET passcode_failures = ?, state = ?, locked = ?, epoch = ?, waiting = ?, admitted = ?,
        present = ?, away = ?, hosts_admitted = ?, hosts_present = ?, version = ?, host_absence_due = ?,
        passcode_is_suspect = ?, occurrence = ?, auto_lock_due = ?, burst_since = ?, failed_knocks = ?, unknown_knocks = ?
      WHERE id = ?
      """,
      [
        .integer(Int64(meeting.passcodeFailures)), .text(meeting.state.rawValue), .flag(meeting.locked),
        .integer(meeting.epoch), .integer(Int64(meeting.tally.waiting)), .integer(Int64(meeting.tally.admitted)),
        .integer(Int64(meeting.tally.present)), .integer(Int64(meeting.tally.away)),
        .integer(Int64(meeting.tally.hostsAdmitted)), .integer(Int64(meeting.tally.hostsPresent)),
        .integer(meeting.version), .optional(meeting.hostAbsenceDue), .flag(meeting.passcodeIsSuspect),
        .integer(meeting.occurrence), .optional(meeting.autoLockDue), .time(meeting.burst.since),
        .integer(Int64(meeting.burst.failed)), .integer(Int64(meeting.burst.unknown)), .text(meeting.id.text),
      ])
  }

  func updateCounts(of meeting: Meeting) throws(StorageFault) {
    let (tally, burst) = (meeting.tally, meeting.burst)
    try db.run(
      """
      UPDATE meetings SET waiting = ?, admitted = ?, present = ?, away = ?, hosts_admitted = ?, hosts_present = ?,
        burst_since = ?, failed_knocks = ?, unknown_knocks = ?
      WHERE id = ?
      """,
      [
        .integer(Int64(tally.waiting)), .integer(Int64(tally.admitted)), .integer(Int64(tally.present)),
        .integer(Int64(tally.away)), .integer(Int64(tally.hostsAdmitted)), .integer(Int64(tally.hostsPresent)),
        .time(burst.since), .integer(Int64(burst.failed)), .integer(Int64(burst.unknown)), .text(meeting.id.text),
      ])
  }

  func updateRecord(of meeting: Meeting) throws(StorageFault) {
    let since = try lastEvent()
    try db.run(
      """
      UPDATE meetings SET title = ?1, settings = ?2, profile = ?3, host = ?4, host_profile = ?5, opens_at = ?6,
        closes_at = ?7, host_since_event = CASE WHEN host = ?4 THEN host_since_event ELSE ?8 END
      WHERE id = ?9
      """,
      [
        .optional(meeting.title), .text(PolicyText.write(meeting.own)), .text(meeting.profile),
        .text(meeting.host.text), .optional(meeting.hostProfile), .optional(meeting.opensAt),
        .optional(meeting.closesAt), .integer(since), .text(meeting.id.text),
      ])
    let marks = meeting.cohosts.map { _ in ", ?" }.joined()
    try db.run(
      "DELETE FROM cohosts WHERE meeting = ? AND account NOT IN (''\(marks))",
      [.text(meeting.id.text)] + meeting.cohosts.map { .text($0.text) })
    for cohost in meeting.cohosts {
      try db.run(
        "INSERT OR IGNORE INTO cohosts (meeting, account, since_event) VALUES (?, ?, ?)",
        [.text(meeting.id.text), .text(cohost.text), .integer(since)])
    }
    try update(meeting)
  }

  func updatePasscode(of meeting: Meeting) throws(StorageFault) {
    try db.run(
      "UPDATE meetings SET passcode_kind = ?, passcode_digest = ? WHERE id = ?",
      [
        .optional(meeting.passcodeKind?.rawValue), meeting.passcodeDigest.map(Column.digest) ?? .null,
        .text(meeting.id.text),
      ])
    try update(meeting)
  }
}
