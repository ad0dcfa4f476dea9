package import AnteroomCore

/// One stay of one join in its meeting, kept where the policy says so.
package struct Stay: Hashable, Sendable {
  package let join: JoinID
  package let occurrence: Int64
  /// As it was shown; nil once the join's salt is gone, under which it is sealed.
  package let displayName: String?
  package let account: AccountID?
  package let joinerClass: JoinerClass
  package let enteredAt: Instant
  /// Nil while it lasts.
  package let leftAt: Instant?

  package init(
    join: JoinID, occurrence: Int64, displayName: String?, account: AccountID?, joinerClass: JoinerClass,
    enteredAt: Instant, leftAt: Instant?
  ) {
    self.join = join
    self.occurrence = occurrence
    self.displayName = displayName
    self.account = account
    self.joinerClass = joinerClass
    self.enteredAt = enteredAt
    self.leftAt = leftAt
  }
}

package protocol AttendanceReading {
  /// In the order in which they came in.
  func stays(
    in meeting: MeetingID, occurrence: Int64, after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Stay>
  func stays(of join: JoinID) throws(StorageFault) -> [Stay]
}

package protocol AttendanceWriting {
  /// A join has come in.
  func beginStay(of join: Join) throws(StorageFault)
  /// It is out; nothing happens where no stay of it was kept.
  func endStay(of join: JoinID) throws(StorageFault)
}
