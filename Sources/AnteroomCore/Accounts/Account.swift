/// What an account may be besides a person who joins.
package enum AccountRole: String, Sendable, CaseIterable {
  /// May create and run meetings.
  case host
}

/// A person known to Anteroom. The id is random and permanent; a username never changes hands.
package struct Account: Hashable, Sendable {
  package let id: AccountID
  package let username: Username
  package var displayName: DisplayName
  /// An operator gave the display name: it may hold a reserved word, which nobody gives themselves.
  package var isNameGiven: Bool
  package var isHost: Bool
  /// An operator made it or says that it is who it says. One that a front end made is not, until then.
  package var vouched: Bool
  package var disabled: Bool
  /// A confirmed authenticator, disabled or not: a disabled one still counts.
  package var hasSecondFactor: Bool
  package let createdAt: Instant
  package var lastSignInAt: Instant?
  /// Rises with every change; the `ETag`.
  package var version: Int64
  /// The profile that it is bound to: its meetings start from it and cannot be looser.
  package var profile: String?
  /// Of its display name.
  package var likeness: NameLikeness?

  package init(
    id: AccountID, username: Username, displayName: DisplayName, isHost: Bool, vouched: Bool, disabled: Bool,
    hasSecondFactor: Bool, createdAt: Instant, lastSignInAt: Instant?, version: Int64,
    profile: String? = nil, likeness: NameLikeness? = nil, isNameGiven: Bool = false
  ) {
    self.id = id
    self.username = username
    self.displayName = displayName
    self.isHost = isHost
    self.vouched = vouched
    self.disabled = disabled
    self.hasSecondFactor = hasSecondFactor
    self.createdAt = createdAt
    self.lastSignInAt = lastSignInAt
    self.version = version
    self.profile = profile
    self.likeness = likeness
    self.isNameGiven = isNameGiven
  }
}

/// How long a password must be (NIST SP 800-63B-4, section 3.1.1.2), in code points after preparation.
package enum PasswordLength {
  package static let alone = 15
  package static let withSecondFactor = 8
  package static let longest = 256
  package static let longestInBytes = 1024

  package static func minimum(hasSecondFactor: Bool) -> Int { hasSecondFactor ? withSecondFactor : alone }
}
