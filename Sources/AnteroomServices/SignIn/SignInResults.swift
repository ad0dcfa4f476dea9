package import AnteroomCore

/// A session that was just made: its token and device value are given out this once.
package struct StartedSession: ~Copyable, Sendable {
  package let session: Session
  package let account: Account
  package let token: BearerToken
  package let knownDevice: BearerToken?
}

package enum SignInResult: ~Copyable, Sendable {
  case signedIn(StartedSession)
  case secondFactor(StartedChallenge)
  /// Unknown, disabled, password-less and wrong alike.
  case refused
  case tooManyAttempts(retryAfter: Int)
  case busy(retryAfter: Int)
  case shuttingDown
}

package struct StartedChallenge: ~Copyable, Sendable {
  package let token: BearerToken
  package let methods: [SecondFactorMethod]
  package let expiresAt: Instant
}

package enum SecondFactorMethod: String, Sendable, CaseIterable {
  case totp
  case recoveryCode = "recovery_code"
}

package enum SecondFactorResult: ~Copyable, Sendable {
  case signedIn(StartedSession)
  case refused
}

/// What a transaction decided about an attempt whose secret was tested outside it.
enum Settlement<Value: Sendable>: Sendable {
  case accepted(Value)
  case refused
}
