package import AnteroomCore

package struct StoredJoin: Sendable {
  package var join: Join
  package let ticketDigest: Digest
  package let salt: [UInt8]

  package init(join: Join, ticketDigest: Digest, salt: [UInt8]) {
    self.join = join
    self.ticketDigest = ticketDigest
    self.salt = salt
  }
}

package protocol JoinReading {
  func join(_ id: JoinID) throws(StorageFault) -> StoredJoin?
  /// A meeting's joins of this occurrence in the order they knocked, in any of `states`.
  func joins(
    of meeting: MeetingID, occurrence: Int64, states: [JoinState], after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Join>
  /// How many wait in the running occurrence without proof, or because of who they may be, and the one of them
  /// that has for longest; with `source`, of those from there.
  func unprovenWaiting(
    in meeting: MeetingID, occurrence: Int64, source: Int64?
  ) throws(StorageFault) -> (count: Int, oldest: Join?)
  /// Somebody else in the occurrence whose name could be taken for one: who waits, is in or on the way in, and the
  /// accounts that host. `account` and `lineage` are the joiner's own.
  func namesake(
    of likeness: NameLikeness, in meeting: Meeting, account: AccountID?, lineage: JoinID?
  ) throws(StorageFault) -> String?
  /// Who waits in an occurrence, in the order they knocked.
  func waiting(in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> [JoinID]
  /// How many wait in an occurrence from one source.
  func waiting(from source: Int64, in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Int
  /// Whether anybody waits for a seat alone.
  func isSeatAwaited(in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Bool
  /// The join that has waited longest for a seat alone.
  func firstForSeat(in meeting: MeetingID, occurrence: Int64) throws(StorageFault) -> Join?
  /// A meeting's joins that wait for something that comes by itself, never for a host's decision, in the order they
  /// knocked.
  func joins(
    waitingFor reason: WaitingFor, in meeting: MeetingID, occurrence: Int64, after cursor: Int64?, limit: Int
  ) throws(StorageFault) -> Page<Join>
  /// How often an account, or a chain of tickets, was denied in an occurrence.
  func denials(
    account: AccountID?, lineage: JoinID?, in meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Int
  /// The open joins that were made with an invite.
  func openJoins(with invite: InviteID) throws(StorageFault) -> [Join]
  /// The open joins (waiting, admitted, present) that an account made, or one session of it.
  func openJoins(of account: AccountID, session: SessionID?) throws(StorageFault) -> [Join]
  /// Joins whose state ends by itself at or before `time`, the earliest first.
  func dueJoins(at time: Instant, limit: Int) throws(StorageFault) -> [StoredJoin]
  /// The open joins of an account, or made with one chain of tickets, in one occurrence.
  func openJoins(
    in meeting: MeetingID, occurrence: Int64, of account: AccountID?, lineage: JoinID
  ) throws(StorageFault) -> [Join]
  /// The open joins in one occurrence that were made with a chain of tickets that an account began, by whoever is
  /// not that account.
  func openJoins(
    in meeting: MeetingID, occurrence: Int64, begunBy account: AccountID
  ) throws(StorageFault) -> [Join]
  /// All joins that wait, are admitted or in, made through a front end or granted for one of its audiences,
  /// with the epochs of their meetings.
  func openJoins(frontEnd: String, audiences: [String]) throws(StorageFault) -> [(join: Join, epoch: Epoch)]
  /// Whether a join of an account or a chain of tickets was sent back or denied in an occurrence, and not let in
  /// since.
  func wasTurnedBack(
    account: AccountID?, lineage: JoinID?, from meeting: MeetingID, occurrence: Int64
  ) throws(StorageFault) -> Bool
  /// Whether a front end has a join in a meeting's running occurrence.
  func hasJoin(in meeting: MeetingID, frontEnd: String, audiences: [String]) throws(StorageFault) -> Bool
  func isRedeemed(_ grant: String) throws(StorageFault) -> Bool
}

package protocol JoinWriting {
  func insert(_ join: Join, ticketDigest: Digest, salt: [UInt8]) throws(StorageFault)
  func update(_ join: Join) throws(StorageFault)
  /// True the first time for a grant's id.
  func redeem(_ grant: String, expiresAt: Instant) throws(StorageFault) -> Bool
}
