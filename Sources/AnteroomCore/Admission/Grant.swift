/// What a grant says, in the claims of the contract's section 6.2.
package struct GrantClaims: Hashable, Sendable {
  package var issuer: String
  package var audience: String
  /// `sub`
  package var join: JoinID
  /// `jti`
  package var id: String
  package var issuedAt: Instant
  package var expiresAt: Instant
  /// The meeting's id, or the external name its front end gave it.
  package var room: String
  package var meeting: MeetingID
  package var role: JoinRole
  package var name: String
  package var verified: Bool
  package var publish: Publish
  package var epoch: Int64
  package var occurrence: Int64
  /// A pseudonym of the account, stable within meeting and audience.
  package var person: String?
  /// When the session authenticated, for joins made with one.
  package var authenticatedAt: Instant?
  /// RFC 8176 method names.
  package var methods: [String]

  /// `nbf` lies this far before `iat`: media servers' clocks differ by seconds.
  package static let notBeforeLeeway = 5

  package init(
    issuer: String, audience: String, join: JoinID, id: String, issuedAt: Instant, expiresAt: Instant, room: String,
    meeting: MeetingID, role: JoinRole, name: String, verified: Bool, publish: Publish, epoch: Int64,
    occurrence: Int64, person: String?, authenticatedAt: Instant?, methods: [String]
  ) {
    self.issuer = issuer
    self.audience = audience
    self.join = join
    self.id = id
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.room = room
    self.meeting = meeting
    self.role = role
    self.name = name
    self.verified = verified
    self.publish = publish
    self.epoch = epoch
    self.occurrence = occurrence
    self.person = person
    self.authenticatedAt = authenticatedAt
    self.methods = methods
  }
}

/// `viewer` never publishes. In order of what a role may do, least first.
package enum JoinRole: String, Sendable, CaseIterable {
  case viewer, participant, cohost, host
}

/// What a joiner may send, part by part.
package struct Publish: Hashable, Sendable {
  package var audio: Bool
  package var video: Bool
  package var screen: Bool

  package init(audio: Bool, video: Bool, screen: Bool) {
    self.audio = audio
    self.video = video
    self.screen = screen
  }

  package static let nothing = Publish(audio: false, video: false, screen: false)
  package static let everything = Publish(audio: true, video: true, screen: true)
}
