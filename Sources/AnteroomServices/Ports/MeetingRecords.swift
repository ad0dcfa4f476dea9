package import AnteroomCore

package protocol MeetingReading {
  func meeting(_ id: MeetingID) throws(StorageFault) -> Meeting?
  /// The oldest of all: for work that takes the time of a meeting where there is none.
  func anyMeeting() throws(StorageFault) -> Meeting?
  /// In the order they were made; with `account`, those that it hosts
  /// or cohosts, or has just that `role` in; with `external`, those
  /// of that name.
  func meetings(
    after cursor: Int64?, limit: Int, account: AccountID?, role: JoinRole?, external: String?, state: MeetingState?
  ) throws(StorageFault) -> Page<Meeting>
  /// Meetings whose hosts have been away for as long as the policy lets them, the first first.
  func dueHostAbsences(at time: Instant, limit: Int) throws(StorageFault) -> [Meeting]
  /// Meetings that open by the clock, or lock themselves, at or before `time`.
  func dueMeetings(at time: Instant, limit: Int) throws(StorageFault) -> [Meeting]
  func meetingCount() throws(StorageFault) -> (meetings: Int, waiting: Int)
}

package enum MeetingInsertion: Sendable { case inserted, idTaken, externalTaken }

package protocol MeetingWriting {
  /// An id that was ever given out is taken for good.
  func insert(_ meeting: Meeting) throws(StorageFault) -> MeetingInsertion
  /// Writes what may change of it; the caller raised the version where it is one that clients see.
  func update(_ meeting: Meeting) throws(StorageFault)
  /// Writes what its hosts change besides: title, policy, times, host and cohosts.
  func updateRecord(of meeting: Meeting) throws(StorageFault)
  /// Writes the passcode's kind and digest besides, which hardly ever change.
  func updatePasscode(of meeting: Meeting) throws(StorageFault)
}
