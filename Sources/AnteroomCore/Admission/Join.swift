/// Who somebody is to a meeting; ownership comes from the record, never from what a joiner says.
package enum JoinerClass: String, Sendable, CaseIterable {
  case host, cohost, invitee, member, guest

  package var isHosting: Bool { self == .host || self == .cohost }

  /// The class of whoever knocks. `isInvited` says that an invite that stands was shown, or is the account's.
  /// A telephone is never a member: anybody may hold it. A bot never hosts, whoever's session it shows.
  package init(of account: Account?, isInvited: Bool, through client: ClientKind, in meeting: Meeting?) {
    if let account, let meeting, client != .bot {
      if meeting.host == account.id {
        self = .host
        return
      }
      if meeting.cohosts.contains(account.id) {
        self = .cohost
        return
      }
    }
    if isInvited {
      self = .invitee
    } else if let account, account.vouched, !client.isTelephone {
      self = .member
    } else {
      self = .guest
    }
  }

  /// What somebody of this class comes in as.
  package var role: JoinRole {
    switch self {
    case .host: .host
    case .cohost: .cohost
    case .invitee, .member, .guest: .participant
    }
  }
}

/// In order of how strictly it is treated, least first.
package enum ClientKind: String, Sendable, CaseIterable, Comparable {
  case person, phone, endpoint, bot

  private var strictness: Int {
    switch self {
    case .person: 0
    case .phone: 1
    case .endpoint: 2
    case .bot: 3
    }
  }

  /// `phones` of the policy speaks of these.
  package var isTelephone: Bool { self == .phone || self == .endpoint }

  package static func < (one: ClientKind, other: ClientKind) -> Bool { one.strictness < other.strictness }
}

package enum JoinState: String, Sendable, CaseIterable {
  case waiting, admitted, present, denied, withdrawn, expired, removed, left

  /// The table of the contract's section 6; what is not in it does not happen.
  package func mayBecome(_ next: JoinState) -> Bool {
    switch (self, next) {
    case (.waiting, .admitted), (.waiting, .denied), (.waiting, .withdrawn), (.waiting, .expired): true
    case (.admitted, .present), (.admitted, .waiting), (.admitted, .denied), (.admitted, .removed),
      (.admitted, .expired):
      true
    case (.present, .left), (.present, .waiting), (.present, .removed): true
    case (.left, .present): true
    case (.waiting, _), (.admitted, _), (.present, _), (.left, _), (.denied, _), (.withdrawn, _), (.expired, _),
      (.removed, _):
      false
    }
  }
}

/// What a waiting join waits for, as it is told.
package enum WaitingFor: String, Sendable, CaseIterable { case opening, host, admission, seat }

/// One person's attempt to get in, and what became of it.
package struct Join: Hashable, Sendable {
  package let id: JoinID
  package let meeting: MeetingID
  package let frontEnd: String
  package let audience: String
  package var state: JoinState
  package var role: JoinRole
  package var joinerClass: JoinerClass
  package let displayName: DisplayName
  package let account: AccountID?
  package let session: SessionID?
  /// An operator vouches for the account behind it; never concluded from text.
  package let verified: Bool
  package var publish: Publish
  package let occurrence: Int64
  package let clientKind: ClientKind
  package let createdAt: Instant
  /// When the state ends by itself: the ticket's end while waiting, the seat's while admitted.
  package var deadline: Instant?
  package var waitingFor: WaitingFor?
  package var waitingSince: Instant?
  /// It came in while no passcode was compared any more.
  package var unproven: Bool
  /// What a host told the person.
  package var message: String?
  /// It was left by a drop: its seat is kept and the way back is open until `deadline`.
  package var mayRejoin: Bool
  /// A host sent it back: it is not let in again unseen.
  package var wasSentBack: Bool
  /// The join at the beginning of the chain of tickets that this one was made with; itself where there is none.
  package let lineage: JoinID
  /// How many events this join has had.
  package var eventNumber: Int64
  /// What it was let in line by, where that was an invite.
  package var invite: InviteID?
  /// It was let in once: what an invite was used for is used.
  package var wasAdmitted: Bool
  /// The invite lets it past the waiting room, unless that is for everyone.
  package var bypassesWaitingRoom: Bool
  /// A number that names alike to a reader's eye have in common; nil where it is not asked.
  package var likeness: NameLikeness?
  /// Whose name one could take this one for: a join or an account, by its id. The joiner is never told.
  package var confusableWith: String?
  /// How often the person was denied in this occurrence.
  package var denials: Int
  /// Where it came from, as a keyed digest cut short; for counting, never for showing.
  package var source: Int64?

  package init(
    id: JoinID, meeting: MeetingID, frontEnd: String, audience: String, state: JoinState, role: JoinRole,
    joinerClass: JoinerClass, displayName: DisplayName, account: AccountID?, session: SessionID?, verified: Bool,
    publish: Publish, occurrence: Int64, clientKind: ClientKind, createdAt: Instant, deadline: Instant?,
    waitingFor: WaitingFor?, waitingSince: Instant?, unproven: Bool, message: String?,
    mayRejoin: Bool = false, wasSentBack: Bool = false, lineage: JoinID? = nil, eventNumber: Int64 = 0,
    invite: InviteID? = nil, bypassesWaitingRoom: Bool = false, likeness: NameLikeness? = nil,
    confusableWith: String? = nil, denials: Int = 0, source: Int64? = nil, wasAdmitted: Bool = false
  ) {
    self.id = id
    self.meeting = meeting
    self.frontEnd = frontEnd
    self.audience = audience
    self.state = state
    self.role = role
    self.joinerClass = joinerClass
    self.displayName = displayName
    self.account = account
    self.session = session
    self.verified = verified
    self.publish = publish
    self.occurrence = occurrence
    self.clientKind = clientKind
    self.createdAt = createdAt
    self.deadline = deadline
    self.waitingFor = waitingFor
    self.waitingSince = waitingSince
    self.unproven = unproven
    self.message = message
    self.mayRejoin = mayRejoin
    self.wasSentBack = wasSentBack
    self.lineage = lineage ?? id
    self.eventNumber = eventNumber
    self.invite = invite
    self.bypassesWaitingRoom = bypassesWaitingRoom
    self.likeness = likeness
    self.confusableWith = confusableWith
    self.denials = denials
    self.source = source
    self.wasAdmitted = wasAdmitted
  }
}

extension Join {
  /// Whether a grant may be made for it: it is in, on its way in, or was in and may come back.
  package var mayHaveGrant: Bool {
    switch state {
    case .admitted, .present: true
    case .left: mayRejoin
    case .waiting, .denied, .withdrawn, .expired, .removed: false
    }
  }

  /// Whether nothing more can become of it.
  package var isOver: Bool {
    switch state {
    case .waiting, .admitted, .present: false
    case .left: !mayRejoin
    case .denied, .withdrawn, .expired, .removed: true
    }
  }
}

extension JoinState {
  /// Inside, on the way in, or out of it for a moment: what a grant can be about.
  package var isInside: Bool {
    switch self {
    case .admitted, .present, .left: true
    case .waiting, .denied, .withdrawn, .expired, .removed: false
    }
  }
}
