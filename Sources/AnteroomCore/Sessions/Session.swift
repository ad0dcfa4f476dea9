/// What was shown to get a session.
package enum SignInMethod: String, Sendable, CaseIterable {
  case password
  case totp
  case recoveryCode = "recovery_code"
  /// An issuer's word.
  case federated

  /// The name that a grant's `amr` has for it (RFC 8176, section 2); nil for what was shown elsewhere.
  fileprivate var amr: String? {
    switch self {
    case .password: "pwd"
    case .totp, .recoveryCode: "otp"
    case .federated: nil
    }
  }
}

/// Proof that an account signed in.
package struct Session: Hashable, Sendable {
  package let id: SessionID
  package let account: AccountID
  package var factors: Int
  package var methods: [SignInMethod]
  package let createdAt: Instant
  /// When a factor was last shown.
  package var authenticatedAt: Instant
  /// When all that the account has was last shown: password and second factor, or an issuer's word in the password's
  /// place.
  package var fullyShownAt: Instant
  package var expiresAt: Instant
  package var idleExpiresAt: Instant
  /// When it was last used, to a minute; nil in a store of before, until the next use.
  package var usedAt: Instant?

  package init(
    id: SessionID, account: AccountID, factors: Int, methods: [SignInMethod], createdAt: Instant,
    authenticatedAt: Instant, fullyShownAt: Instant? = nil, expiresAt: Instant, idleExpiresAt: Instant,
    usedAt: Instant? = nil
  ) {
    self.id = id
    self.account = account
    self.factors = factors
    self.methods = methods
    self.createdAt = createdAt
    self.authenticatedAt = authenticatedAt
    self.fullyShownAt = fullyShownAt ?? authenticatedAt
    self.expiresAt = expiresAt
    self.idleExpiresAt = idleExpiresAt
    self.usedAt = usedAt
  }

  /// How somebody signed in, for a grant's `amr` (RFC 8176, section 2). What an issuer asked for is not known here;
  /// that there were two factors is.
  package var amr: [String] {
    methods.compactMap(\.amr) + (factors == 2 && methods.contains(.federated) ? ["mfa"] : [])
  }

  package func isLive(at now: Instant) -> Bool { now < expiresAt && now < idleExpiresAt }

  /// A session that a recovery code gave may only bind a new authenticator and sign out.
  package var isForRecovery: Bool { methods.contains(.recoveryCode) }
}

/// What a session may do, decided anew at each use.
package enum SessionReach: Hashable, Sendable {
  case everything
  /// Enrol a second factor, sign out, and read about itself.
  case enrolmentOnly
}

package enum SessionPolicy {
  /// A host without a second factor, and whoever came in by a recovery code, may only enrol.
  package static func reach(of session: Session, account: Account, hostNeedsSecondFactor: Bool) -> SessionReach {
    if session.isForRecovery { return .enrolmentOnly }
    return reach(of: account, factors: session.factors, hostNeedsSecondFactor: hostNeedsSecondFactor)
  }

  /// The same by the account and the factors alone.
  package static func reach(of account: Account, factors: Int, hostNeedsSecondFactor: Bool) -> SessionReach {
    account.isHost && hostNeedsSecondFactor && factors < 2 ? .enrolmentOnly : .everything
  }

  /// Whether a session may do with a person's data what cannot be undone, or take all of it: everything that the
  /// account has was shown a moment ago. A session that was stolen, with a code that was looked at, is not enough.
  package static func hasShownEverything(_ session: Session, of account: Account, at now: Instant) -> Bool {
    if account.hasSecondFactor && !session.methods.contains(.totp) { return false }
    return now <= session.fullyShownAt.adding(seconds: SignInPolicy.credentialChangeSeconds)
  }
}
