import AnteroomCore
import AnteroomServices

extension SQLiteSnapshot {
  func namesake(
    of likeness: NameLikeness, in meeting: Meeting, account: AccountID?, lineage: JoinID?
  ) throws(StorageFault) -> String? {
    let tally = meeting.tally
    return try db.one(
      SQLiteSnapshot.namesake,
      [
        .integer(likeness.asSeen), .integer(likeness.asRead), .text(meeting.id.text), .integer(meeting.occurrence),
        .optional(account?.text), .optional(lineage?.text), .text(meeting.host.text),
        .flag(!meeting.cohosts.isEmpty), .flag(likeness.asSeen != likeness.asRead),
        .flag(tally.admitted + tally.hostsAdmitted > 0), .flag(tally.present + tally.hostsPresent > 0),
        .flag(tally.waiting > 0),
      ]
    ) { $0.text(0) }
  }

  /// One statement for every joiner's name: its parts are asked one after the other until one has a row, and those
  /// that the meeting's counts or the name rule out are not opened. Each compares with `=` what its index begins
  /// with: for a list of words or numbers SQLite would build a temporary table at every join, and without the index's
  /// name the planner, which has no figures of these tables, would read everybody who waits.
  private static let namesake =
    """
    SELECT x.id FROM accounts x WHERE x.id = ?7 AND \(isAlike) AND x.id IS NOT ?5
    UNION ALL
    SELECT x.id FROM cohosts c CROSS JOIN accounts x ON x.id = c.account
      WHERE ?8 AND c.meeting = ?3 AND \(isAlike) AND x.id IS NOT ?5
    \(seenAlike.joined())
    \(readAlike.joined())
    LIMIT 1
    """

  private static let isAlike =
    "(x.likeness = ?1 OR x.likeness = ?2 OR x.likeness_read = ?1 OR x.likeness_read = ?2)"

  /// The two looks of a name; the second is asked where it is another.
  private static let looks = [(when: "", number: "?1"), (when: "?9 AND", number: "?2")]

  /// No count says whether a host is away for a moment, so that who left is always asked for.
  private static let openStates = [
    (when: "?10 AND", isOpen: "x.state = 'admitted'"), (when: "", isOpen: "x.state = 'left' AND x.may_rejoin = 1"),
    (when: "?11 AND", isOpen: "x.state = 'present'"), (when: "?12 AND", isOpen: "x.state = 'waiting'"),
  ]

  private static let seenAlike = openStates.flatMap { state in
    looks.map { look in
      """

      UNION ALL
      SELECT x.id FROM joins x INDEXED BY joins_of_meeting
        WHERE \(state.when) \(look.when) x.meeting = ?3 AND x.occurrence = ?4 AND \(state.isOpen)
          AND x.likeness = \(look.number) AND \(isAnothers)
      """
    }
  }

  private static let readAlike = looks.map { look in
    """

    UNION ALL
    SELECT x.id FROM joins x INDEXED BY joins_read_alike
      WHERE \(look.when) x.meeting = ?3 AND x.occurrence = ?4 AND x.likeness_read = \(look.number)
        AND (\(openStates.map(\.isOpen).joined(separator: " OR "))) AND \(isAnothers)
    """
  }

  /// Not the joiner's own, by account or by the chain of tickets.
  private static let isAnothers =
    "(?5 IS NULL OR x.account IS NOT ?5) AND (?6 IS NULL OR (x.lineage IS NOT ?6 AND x.id <> ?6))"
}
