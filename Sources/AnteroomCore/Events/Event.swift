/// What those who may watch are told, in the contract's words (section 6.3).
package enum EventName: String, Sendable, CaseIterable {
  case joinWaiting = "join.waiting"
  case joinAdmitted = "join.admitted"
  case joinPresent = "join.present"
  case joinDenied = "join.denied"
  case joinRemoved = "join.removed"
  case joinSentBack = "join.sent_back"
  case joinLeft = "join.left"
  case joinRejoined = "join.rejoined"
  case joinWithdrawn = "join.withdrawn"
  case joinExpired = "join.expired"
  case joinMessage = "join.message"
  case joinPublish = "join.publish"
  case joinRole = "join.role"
  /// Somebody agreed to a notice, or took an agreement back. Beside the contract's list.
  case joinConsent = "join.consent"
  case meetingOpened = "meeting.opened"
  case meetingLocked = "meeting.locked"
  case meetingUnlocked = "meeting.unlocked"
  case meetingSuspended = "meeting.suspended"
  case meetingEnded = "meeting.ended"
  case meetingEpoch = "meeting.epoch"
  case meetingAtRisk = "meeting.at_risk"
  case meetingPasscodeRotated = "meeting.passcode_rotated"
  /// The person behind a join is to be put out now, whatever its grants say.
  case revocation
}

/// A join at the moment of an event. It holds no name: whoever may know it asks the store.
package struct EventJoin: Hashable, Sendable {
  package let id: JoinID
  /// Counts this join's own events from 1, so that a joiner's numbers tell nothing of anybody else.
  package let number: Int64
  package let state: JoinState
  package let role: JoinRole
  package let frontEnd: String
  package let audience: String

  package init(id: JoinID, number: Int64, state: JoinState, role: JoinRole, frontEnd: String, audience: String) {
    self.id = id
    self.number = number
    self.state = state
    self.role = role
    self.frontEnd = frontEnd
    self.audience = audience
  }

  package init(_ join: Join) {
    self.init(
      id: join.id, number: join.eventNumber, state: join.state, role: join.role, frontEnd: join.frontEnd,
      audience: join.audience)
  }
}

/// One change, as it is kept and told.
package struct Event: Hashable, Sendable {
  package let name: EventName
  package let meeting: MeetingID
  package let join: EventJoin?
  package let epoch: Epoch
  /// Who did it: an identifier, for hosts alone.
  package let by: String
  /// Of a revocation: the latest end of any grant made for the join.
  package let expiresAt: Instant?
  /// What a host said to the person; kept sealed under the join's own key.
  package let message: String?

  package init(
    _ name: EventName, meeting: MeetingID, join: EventJoin?, epoch: Epoch, by: String, expiresAt: Instant? = nil,
    message: String? = nil
  ) {
    self.name = name
    self.meeting = meeting
    self.join = join
    self.epoch = epoch
    self.by = by
    self.expiresAt = expiresAt
    self.message = message
  }
}

/// An event with the number that it is kept under. Numbers rise in the order of the commits and are never
/// used twice.
package struct NumberedEvent: Hashable, Sendable {
  package let number: Int64
  package let event: Event

  package init(number: Int64, event: Event) {
    self.number = number
    self.event = event
  }
}

/// What one can wait for.
package enum EventTopic: Hashable, Sendable {
  case join(JoinID)
  case meeting(MeetingID)
  /// Anything of joins made through a front end, or granted for an audience.
  case frontEnd(String)
  case audience(String)
  /// Anything that happens to a whole meeting.
  case meetings
  /// What an account's owner is told.
  case account(AccountID)
}

extension EventName {
  /// Whether what a host said to the person belongs to it.
  package var carriesMessage: Bool { self == .joinMessage || self == .joinDenied || self == .joinRemoved }
}

extension Event {
  /// Who is to be woken.
  package var topics: [EventTopic] {
    guard let join else { return [.meeting(meeting), .meetings] }
    return [.meeting(meeting), .join(join.id), .frontEnd(join.frontEnd), .audience(join.audience)]
  }
}
