/// An invitation to one meeting: for whoever holds its code, or for one account, whose session is the proof.
package struct Invite: Hashable, Sendable {
  package let id: InviteID
  package let meeting: MeetingID
  package let label: String?
  package let account: AccountID?
  /// What it lets somebody in as; never `host`.
  package let role: JoinRole
  /// How many joins it is good for; nil for an account's, which is nobody else's to use up.
  package let uses: Int?
  package var used: Int
  package let expiresAt: Instant?
  /// Its holder does not wait, unless the waiting room is for everyone.
  package let bypassesWaitingRoom: Bool
  /// The name that its holder goes by.
  package let displayName: DisplayName?
  package let createdAt: Instant

  package init(
    id: InviteID, meeting: MeetingID, label: String?, account: AccountID?, role: JoinRole, uses: Int?, used: Int,
    expiresAt: Instant?, bypassesWaitingRoom: Bool, displayName: DisplayName?, createdAt: Instant
  ) {
    self.id = id
    self.meeting = meeting
    self.label = label
    self.account = account
    self.role = role
    self.uses = uses
    self.used = used
    self.expiresAt = expiresAt
    self.bypassesWaitingRoom = bypassesWaitingRoom
    self.displayName = displayName
    self.createdAt = createdAt
  }

  /// Whether another join may be made with it.
  package func isGood(at now: Instant) -> Bool {
    if let uses, used >= uses { return false }
    return expiresAt.map { now < $0 } ?? true
  }

  /// Whether it opens anything: what was to happen once and is over takes nobody any more.
  package func stands(in meeting: Meeting, at now: Instant) -> Bool {
    isGood(at: now) && (meeting.state != .ended || meeting.kind == .series)
  }

  /// It lets its holder past a host's eye, or gives them a host's hand: who makes one shows their factors anew.
  package var opensUp: Bool { role == .cohost || bypassesWaitingRoom }

  /// Used from so many places, a code has been passed on: one for few by a handful, one for many by a quarter of them.
  package var manySources: Int { max(6, (uses ?? 0) / 4) }

  package static let usesRange = 1...10_000

  /// So many invites of a meeting can be good at a time, and so many be kept in all.
  package static let openCeiling = 1000
  package static let keptCeiling = 10_000
}
