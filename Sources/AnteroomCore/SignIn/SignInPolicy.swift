/// The figures of the contract's section 3.1 that are not configuration.
package enum SignInPolicy {
  /// Between the password and the second factor.
  package static let challengeSeconds = 300
  /// So many wrong codes in a row disable an authenticator; no new sign-in resets them.
  package static let authenticatorFailures = 20
  /// So many wrong recovery codes in a row, and none is compared any more.
  package static let recoveryCodeFailures = 20
  /// How long an authenticator may stay unconfirmed.
  package static let enrolmentSeconds = 3600
  /// Whoever replaces a second factor showed the old one so lately.
  package static let credentialChangeSeconds = 300
  package static let recoveryCodeCount = 10
  package static let setupCodeSeconds = 7 * 86_400
  package static let resetCodeSeconds = 86_400
  package static let setupCodeRule = BudgetRule.window(limit: 10, seconds: 3600)
  package static let knownDeviceSeconds = 180 * 86_400
  package static let knownDeviceFailures = 10
  /// Of one account; the oldest go. Whoever knows a password could otherwise fill the disk by signing in.
  package static let knownDevices = 50
  package static let sessions = 200
  /// How far a code's time step may lie from now's, either way.
  package static let totpWindow: Int64 = 1

  /// One source on one account: five free failures, then each next try waits longer, up to 15 s.
  package static let accountWithSource = BudgetRule.delay(burst: 5, longest: 15, forgottenAfter: 900)

  package static func source(failures: Int) -> BudgetRule { .window(limit: failures, seconds: 600) }

  /// Strangers may fail so often a day on one account, all sources together; never more than this, whatever is
  /// configured.
  package static let mostStrangersFailures = 100

  /// In any 24 hours: a day that began with the first failure in it would allow nearly twice as many across its edge,
  /// and one that ended after the last would never end for whoever is guessed at now and then.
  package static func strangers(failures: Int) -> BudgetRule {
    .sliding(limit: min(failures, mostStrangersFailures), seconds: 86_400)
  }

  /// So many wrong passwords and codes in a row, shown by one session, end it. Never as many as sessions may fail on one
  /// account in a day, or a stolen one could spend that and keep its owner from every remedy.
  package static func wrongConfirmations(failures: Int) -> Int {
    max(1, min(10, min(failures, mostStrangersFailures) / 2))
  }

  /// What one person may change of the own account: each change is a record of the audit, which is kept for long.
  package static let ownChanges = BudgetRule.window(limit: 60, seconds: 60)

  /// What one source may register through a front end.
  package static let registrations = BudgetRule.window(limit: 10, seconds: 3600)
}

/// What a wrong or right code does to an authenticator: the compare-and-set that makes a time step
/// good once, ever (RFC 6238, section 5.2).
package struct AuthenticatorState: Hashable, Sendable {
  /// The highest step ever accepted; nothing at or below it is again.
  package var lastStep: Int64
  /// Wrong codes in a row.
  package var failures: Int
  package var disabled: Bool
  /// The highest step whose code was shown again after it was accepted.
  package var replayedStep: Int64

  package init(lastStep: Int64, failures: Int, disabled: Bool, replayedStep: Int64 = 0) {
    self.lastStep = lastStep
    self.failures = failures
    self.disabled = disabled
    self.replayedStep = replayedStep
  }

  package enum Outcome: Hashable, Sendable {
    case accepted
    case wrong
    /// A right code of a step at or below the last accepted one: somebody looked over a shoulder, or a client sent it
    /// twice. It is no guess, and does not count as one: fifty copies of one request must not take the factor away.
    case replayed
    /// Once more, of a step of which that was said.
    case replayedAgain
    /// Already disabled: the code was not evaluated.
    case disabled
    /// This failure was the one that disabled it.
    case nowDisabled
  }

  /// `step` is the time step whose code was shown, or nil if it was none of the window's.
  package mutating func show(step: Int64?) -> Outcome {
    if disabled { return .disabled }
    if let step, step > lastStep {
      lastStep = step
      failures = 0
      return .accepted
    }
    if let step {
      guard step > replayedStep else { return .replayedAgain }
      replayedStep = step
      return .replayed
    }
    failures += 1
    if failures >= SignInPolicy.authenticatorFailures {
      disabled = true
      return .nowDisabled
    }
    return .wrong
  }
}
