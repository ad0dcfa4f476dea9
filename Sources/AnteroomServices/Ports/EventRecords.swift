package import AnteroomCore

/// The events that are kept, for those who come back for what they missed.
package protocol EventReading {
  /// The number of the last event; 0 where there was none.
  func lastEvent() throws(StorageFault) -> Int64
  /// The number of the oldest event that is kept; 0 where there is none.
  func firstEvent() throws(StorageFault) -> Int64
  func events(of meeting: MeetingID, after number: Int64, limit: Int) throws(StorageFault) -> [NumberedEvent]
  /// Of joins made through a front end or granted for its audiences, and those of whole meetings.
  func events(
    frontEnd: String, audiences: [String], after number: Int64, limit: Int
  ) throws(StorageFault) -> [NumberedEvent]
  /// A join's own events, after its own number.
  func events(of join: JoinID, after number: Int64, limit: Int) throws(StorageFault) -> [NumberedEvent]
  /// The last event of a join that gave it the role it has; nil where none is kept.
  func lastRoleEvent(of join: JoinID) throws(StorageFault) -> Int64?
  /// Revocations that nobody has confirmed for so long, and whose alarm was not given yet.
  func unconfirmedRevocations(before time: Instant, limit: Int) throws(StorageFault) -> [Revocation]
  func revocation(_ number: Int64) throws(StorageFault) -> Revocation?
  func unconfirmedRevocationCount() throws(StorageFault) -> Int
}

package protocol EventWriting {
  /// Keeps an event under the next number. Those who watch its topics are woken once it is on disk, and
  /// never when it is not.
  func emit(_ event: Event) throws(StorageFault)
  /// Wakes those who watch a topic once this transaction is on disk, without an event.
  func wake(_ topic: EventTopic)
  func acknowledgeRevocation(_ number: Int64) throws(StorageFault)
  /// The alarm is given once.
  func alarmRevocation(_ number: Int64) throws(StorageFault)
  /// Forgets the oldest events from before `time`, at most `limit`; how many. Never the last one: its number must
  /// not be given again.
  func deleteEvents(before time: Instant, limit: Int) throws(StorageFault) -> Int
}

/// What a front end was told to put out, until it says that it did.
package struct Revocation: Hashable, Sendable {
  /// After so long without a word it becomes an alarm (section 6.3).
  package static let secondsToConfirm = 5

  /// The number of the event that told it.
  package let number: Int64
  package let meeting: MeetingID
  package let join: JoinID
  package let frontEnd: String
  package let audience: String
  package let isAcknowledged: Bool

  package init(
    number: Int64, meeting: MeetingID, join: JoinID, frontEnd: String, audience: String, isAcknowledged: Bool
  ) {
    self.number = number
    self.meeting = meeting
    self.join = join
    self.frontEnd = frontEnd
    self.audience = audience
    self.isAcknowledged = isAcknowledged
  }
}
