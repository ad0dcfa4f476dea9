package import AnteroomCore

/// Which meetings a list is of.
package struct MeetingFilter: Hashable, Sendable {
  /// What somebody has to do with a meeting, where it is not all of it.
  package enum Part: String, Sendable, CaseIterable { case host, cohost, invited }

  /// Whose they are: hosted, cohosted, or open to an invite that stands. Everybody's where it is nil.
  package var account: AccountID?
  package var part: Part?
  package var external: String?
  /// Who gave them their foreign names.
  package var frontEnd: String?
  package var state: MeetingState?
  /// When they open or, where that is not set, were made: at or after `from`, before `to`.
  package var from: Instant?
  package var to: Instant?

  package init(
    account: AccountID? = nil, part: Part? = nil, external: String? = nil, frontEnd: String? = nil,
    state: MeetingState? = nil, from: Instant? = nil, to: Instant? = nil
  ) {
    self.account = account
    self.part = part
    self.external = external
    self.frontEnd = frontEnd
    self.state = state
    self.from = from
    self.to = to
  }
}

package protocol MeetingReading {
  func meeting(_ id: MeetingID) throws(StorageFault) -> Meeting?
  /// The oldest of all: for work that takes the time of a meeting where there is none.
  func anyMeeting() throws(StorageFault) -> Meeting?
  /// In the order they were made.
  func meetings(_ filter: MeetingFilter, after cursor: Int64?, limit: Int) throws(StorageFault) -> Page<Meeting>
  /// Meetings whose hosts have been away for as long as the policy lets them, the first first.
  func dueHostAbsences(at time: Instant, limit: Int) throws(StorageFault) -> [Meeting]
  /// Meetings that open by the clock, or lock themselves, at or before `time`.
  func dueMeetings(at time: Instant, limit: Int) throws(StorageFault) -> [Meeting]
  /// The number of the last event before an account became host or cohost; what happened until then is not its to
  /// see.
  func hostingSince(_ account: AccountID, in meeting: MeetingID) throws(StorageFault) -> Int64
  /// Whether another meeting of the front end that has not ended goes by a foreign name.
  func isExternalTaken(_ external: String, frontEnd: String, except meeting: MeetingID) throws(StorageFault) -> Bool
  func openMeetings(hostedBy account: AccountID) throws(StorageFault) -> [MeetingID]
  /// Whether an account lets a front end make, change and end its meetings.
  func isDelegate(_ frontEnd: String, of account: AccountID) throws(StorageFault) -> Bool
  func meetingCount() throws(StorageFault) -> (meetings: Int, waiting: Int)
}

package enum MeetingInsertion: Sendable { case inserted, idTaken, externalTaken }

package protocol MeetingWriting {
  /// An id that was ever given out is taken for good.
  func insert(_ meeting: Meeting) throws(StorageFault) -> MeetingInsertion
  /// Writes what may change of it; the caller raised the version where it is one that clients see.
  func update(_ meeting: Meeting) throws(StorageFault)
  /// Writes no more of it than who is where and the knocks of the last minute: all that most joins change.
  func updateCounts(of meeting: Meeting) throws(StorageFault)
  /// Writes what its hosts change besides: title, policy, times, host and cohosts. Whoever hosts from now on does
  /// since the last event before.
  func updateRecord(of meeting: Meeting) throws(StorageFault)
  /// Writes the passcode's kind and digest besides, which hardly ever change.
  func updatePasscode(of meeting: Meeting) throws(StorageFault)
  /// Deletes what is held of a meeting that has ended: its texts, its passcode, who hosted, was invited, barred or
  /// there, and the names of its joins. The id stays taken, and what front ends have yet to confirm stays.
  func forget(_ meeting: MeetingID) throws(StorageFault)
  /// An account's meetings follow the profile that it is bound to.
  func setHostProfile(_ profile: String?, of account: AccountID) throws(StorageFault)
  /// True where it was not so before.
  func addDelegate(_ frontEnd: String, of account: AccountID) throws(StorageFault) -> Bool
  /// True where there was one.
  func removeDelegate(_ frontEnd: String, of account: AccountID) throws(StorageFault) -> Bool
}
