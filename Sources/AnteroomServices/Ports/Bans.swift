package import AnteroomCore

/// A bar against coming back into one occurrence.
package struct Ban: Hashable, Sendable {
  package enum Target: Hashable, Sendable {
    case account(AccountID)
    /// The join at the beginning of a chain of tickets.
    case join(JoinID)
  }

  package let id: BanID
  package let meeting: MeetingID
  package let occurrence: Int64
  package let target: Target
  package let reason: String?
  /// Who did it: an identifier, never a name.
  package let by: String
  package let createdAt: Instant

  package init(
    id: BanID, meeting: MeetingID, occurrence: Int64, target: Target, reason: String?, by: String, createdAt: Instant
  ) {
    self.id = id
    self.meeting = meeting
    self.occurrence = occurrence
    self.target = target
    self.reason = reason
    self.by = by
    self.createdAt = createdAt
  }
}

package protocol BanReading {
  /// Whether an account or a chain of tickets is barred from an occurrence.
  func isBarred(
    account: AccountID?, lineage: JoinID?, from meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Bool
}

package protocol BanWriting {
  /// Nothing changes where the target is barred already.
  func insert(_ ban: Ban) throws(StorageFault)
}
