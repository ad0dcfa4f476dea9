package import AnteroomCore

package protocol InviteReading {
  /// By the digest of its code.
  func invite(_ code: Digest) throws(StorageFault) -> Invite?
  func invite(_ id: InviteID) throws(StorageFault) -> Invite?
  /// The one that an account has in a meeting.
  func invite(of account: AccountID, to meeting: MeetingID) throws(StorageFault) -> Invite?
  /// In the order they were made.
  func invites(to meeting: MeetingID, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<Invite>
  /// How many a meeting has, and how many of these are good now.
  func inviteCount(of meeting: MeetingID) throws(StorageFault) -> (all: Int, good: Int)
}

package protocol InviteWriting {
  /// With the digest of its code, where it has one; false where the account has an invite already.
  func insert(_ invite: Invite, code: Digest?) throws(StorageFault) -> Bool
  /// Writes how often it was used.
  func update(_ invite: Invite) throws(StorageFault)
  func delete(_ invite: InviteID) throws(StorageFault)
  /// Notes from where an invite was used: from how many places it has been, this one included; 0 where it was used
  /// from here before.
  func note(source: Int64, of invite: InviteID) throws(StorageFault) -> Int
}
