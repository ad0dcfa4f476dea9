package import AnteroomCore

/// A bar against coming back: into one occurrence, or until it is lifted.
package struct Ban: Hashable, Sendable {
  package enum Target: Hashable, Sendable {
    case account(AccountID)
    /// The join at the beginning of a chain of tickets.
    case join(JoinID)
    case invite(InviteID)
  }

  package let id: BanID
  package let meeting: MeetingID
  /// Nil where it outlives the occurrence.
  package let occurrence: Int64?
  package let target: Target
  package let reason: String?
  /// Who did it: an identifier, never a name.
  package let by: String
  package let createdAt: Instant
  /// Nil where it lasts until it is lifted, or the occurrence is over.
  package let expiresAt: Instant?

  package init(
    id: BanID, meeting: MeetingID, occurrence: Int64?, target: Target, reason: String?, by: String, createdAt: Instant,
    expiresAt: Instant? = nil
  ) {
    self.id = id
    self.meeting = meeting
    self.occurrence = occurrence
    self.target = target
    self.reason = reason
    self.by = by
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }
}

extension Ban {
  func outlasts(_ other: Ban) -> Bool {
    guard let theirs = other.expiresAt else { return false }
    return expiresAt.map { $0 > theirs } ?? true
  }
}

package protocol BanReading {
  /// Whether an account, an invite or a chain of tickets is barred from an occurrence.
  func isBarred(
    account: AccountID?, invite: InviteID?, lineage: JoinID?, from meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Bool
  /// Those in force in an occurrence, in the order of their ids.
  func bans(
    of meeting: MeetingID, occurrence: Int64, after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Ban>
  /// Whether somebody without an account, who came by the invite's code, is barred from an occurrence.
  func hasBarredHolder(_ invite: InviteID, in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Bool
  func ban(_ id: BanID) throws(StorageFault) -> Ban?
  /// The one in force on a target until it is lifted or ends.
  func ban(on target: Ban.Target, in meeting: MeetingID) throws(StorageFault) -> Ban?
}

package protocol BanWriting {
  /// In place of the one that the target may have already.
  func replace(_ ban: Ban) throws(StorageFault)
  func delete(_ ban: BanID) throws(StorageFault)
}
