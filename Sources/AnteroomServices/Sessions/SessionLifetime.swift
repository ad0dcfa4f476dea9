package import AnteroomCore

/// `[sessions]` of the configuration. More than a day is for sessions of one factor alone (NIST SP 800-63B-4, sections
/// 2.1.3 and 2.2.3): what two factors open is shown both again once a day at least.
package struct SessionLifetime: Hashable, Sendable {
  /// Without use, in seconds.
  package let idleSeconds: Int
  /// Whatever is done with it, in seconds.
  package let maxSeconds: Int

  /// What a session has at most, both idle and in all, once two factors were shown in it; and one that a recovery code
  /// gave, whose account has two.
  package static let longestWithTwoFactors = 86_400

  package init(idleSeconds: Int, maxSeconds: Int) {
    self.idleSeconds = idleSeconds
    self.maxSeconds = maxSeconds
  }

  /// A session that begins now.
  package func session(
    id: SessionID, account: AccountID, methods: [SignInMethod], factors: Int, at now: Instant
  ) -> Session {
    var session = Session(
      id: id, account: account, factors: factors, methods: methods, createdAt: now, authenticatedAt: now,
      expiresAt: now, idleExpiresAt: now, usedAt: now)
    session.expiresAt = now.adding(seconds: longest(of: session))
    session.idleExpiresAt = now.adding(seconds: min(idle(of: session), longest(of: session)))
    return session
  }

  /// A session that stands, as it stands under these limits: where they are shorter than those that it began under, it
  /// ends by them, counted from its beginning and its last use. Longer ones make none longer.
  package func limiting(_ stored: Session) -> Session {
    var session = stored
    // Not by `longest`: the day of two factors counts from when the second was shown, and was written then.
    session.expiresAt = min(stored.expiresAt, stored.createdAt.adding(seconds: maxSeconds))
    session.idleExpiresAt = min(stored.idleExpiresAt, session.expiresAt)
    if let usedAt = stored.usedAt {
      session.idleExpiresAt = min(session.idleExpiresAt, usedAt.adding(seconds: idle(of: stored)))
    }
    return session
  }

  /// For how many seconds it may be left alone.
  package func idle(of session: Session) -> Int {
    session.isBrief ? min(idleSeconds, SessionLifetime.longestWithTwoFactors) : idleSeconds
  }

  /// The same session once a second factor was shown in it. The shorter limits begin with that; its end never moves
  /// away: a thief of the session would live on by it.
  package func gainingSecondFactor(_ old: Session, at now: Instant) -> Session {
    var session = old
    session.factors = 2
    session.methods = old.methods.filter { $0 != .recoveryCode && $0 != .totp } + [.totp]
    session.authenticatedAt = now
    session.usedAt = now
    session.expiresAt = min(old.expiresAt, now.adding(seconds: longest(of: session)))
    session.idleExpiresAt = min(now.adding(seconds: idle(of: session)), session.expiresAt)
    return session
  }

  private func longest(of session: Session) -> Int {
    session.isBrief ? min(maxSeconds, SessionLifetime.longestWithTwoFactors) : maxSeconds
  }
}

extension Session {
  fileprivate var isBrief: Bool { factors >= 2 || isForRecovery }
}
