/// What happened to an account, in words that stay the same: its owner reads them.
package enum NotificationEvent: String, Sendable, CaseIterable {
  case signedIn = "sign_in"
  case signInFailed = "sign_in_failed"
  /// Strangers failed so often that they are refused for a while.
  case signInLocked = "sign_in_locked"
  case passwordChanged = "password_changed"
  case passwordResetStarted = "password_reset_started"
  /// A password that was another program's is now kept as ours; `objection` is why it would not be taken anew.
  case passwordImported = "password_imported"
  case passwordReset = "password_reset"
  case secondFactorAdded = "second_factor_added"
  case secondFactorReplaced = "second_factor_replaced"
  case secondFactorRemoved = "second_factor_removed"
  /// The password was right and the code was not: somebody may know the password.
  case secondFactorFailed = "second_factor_failed"
  case secondFactorDisabled = "second_factor_disabled"
  /// A code was right and had been used before: somebody looked over a shoulder.
  case codeReplayed = "code_replayed"
  case recoveryCodeUsed = "recovery_code_used"
  case recoveryCodesReplaced = "recovery_codes_replaced"
  case recoveryCodesDisabled = "recovery_codes_disabled"
  case sessionsRevoked = "sessions_revoked"
  case identityBound = "identity_bound"
  /// A front end may make and change meetings in the account's name from now on, or may no more.
  case delegateAllowed = "delegate_allowed"
  case delegateEnded = "delegate_ended"
  case accountDisabled = "account_disabled"
  case accountEnabled = "account_enabled"

  /// Whether one soon after another is counted with it: strangers can cause as many as they like, and must neither
  /// fill the disk nor push what matters off the list.
  package var adds: Bool {
    switch self {
    case .signInFailed, .signInLocked, .secondFactorFailed, .codeReplayed: true
    case .signedIn, .passwordChanged, .passwordResetStarted, .passwordReset, .passwordImported, .secondFactorAdded,
      .secondFactorReplaced, .secondFactorRemoved, .secondFactorDisabled, .recoveryCodeUsed, .recoveryCodesReplaced,
      .recoveryCodesDisabled,
      .sessionsRevoked, .identityBound, .delegateAllowed, .delegateEnded, .accountDisabled, .accountEnabled:
      false
    }
  }
}

/// One thing that an account's owner is told.
package struct Notification: Sendable {
  /// Rises with each, over all accounts.
  package let number: Int64
  package let event: NotificationEvent
  /// When it first happened.
  package let time: Instant
  /// How often, where those that follow soon are counted together.
  package let count: Int
  package let lastTime: Instant
  /// Keys and values as a JSON object: no secret, no address.
  package let detail: String

  package init(
    number: Int64, event: NotificationEvent, time: Instant, count: Int, lastTime: Instant, detail: String
  ) {
    self.number = number
    self.event = event
    self.time = time
    self.count = count
    self.lastTime = lastTime
    self.detail = detail
  }

  /// Kept of each event of an account; the oldest go. Of each, so that nobody who knows the password can push what they
  /// did to it off the list by signing in a few hundred times.
  package static let kept = 50
  /// Within so many seconds of the first, what `adds` is counted with it.
  package static let addingSeconds = 3600
}
