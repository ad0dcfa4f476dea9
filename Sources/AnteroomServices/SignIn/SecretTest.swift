package import AnteroomCore

/// What a secret was tested for. Every route that tests one names it, and a test compares the catalogue of endpoints
/// with this list, both ways.
package enum SecretTest: String, Sendable, CaseIterable {
  case password
  case oneTimeCode = "one-time-code"
  case recoveryCode = "recovery-code"
  case setupCode = "setup-code"
  case passcode
  case inviteCode = "invite-code"
  /// 256 random bits: nobody guesses them, nothing is counted.
  case token
  /// A signature: nobody guesses it either.
  case grant
  /// An issuer's signature, as well.
  case identity

  /// What keeps it from being guessed: the one table of that.
  package var limit: SecretLimit {
    switch self {
    case .password: .budgets([.accountSource, .source, .strangers, .device, .confirmation, .confirmations])
    case .oneTimeCode: .counter(of: "authenticator", failures: SignInPolicy.authenticatorFailures)
    case .recoveryCode: .counter(of: "account's recovery codes", failures: SignInPolicy.recoveryCodeFailures)
    case .setupCode: .budgets([.setupCode])
    // A passcode's failures count against its own value besides, from all sources together.
    case .passcode, .inviteCode: .budgets([.join, .joins])
    case .token, .grant, .identity: .unguessable
    }
  }

  /// The members of bodies that are compared with something kept, and so need one of these where they stand.
  package var members: Set<String> {
    switch self {
    case .password: ["password", "current_password"]
    case .oneTimeCode: ["code"]
    case .recoveryCode: ["code"]
    case .setupCode: ["reset_code"]
    case .passcode: ["passcode"]
    case .inviteCode: ["invite"]
    case .token: ["token"]
    case .grant: ["grant"]
    case .identity: ["id_token"]
    }
  }
}

package enum SecretLimit: Hashable, Sendable {
  /// Budgets that an attempt reserves before the secret is tested.
  case budgets(Set<BudgetKind>)
  /// Consecutive failures, counted with what they were shown to, whatever session, source or endpoint they came by.
  case counter(of: String, failures: Int)
  /// Of so many random bits, or signed, that counting would protect nothing.
  case unguessable
}

extension BudgetKind {
  /// The budgets that no secret's test draws on: they are against abundance, not against guessing.
  package static let ofNoSecret: Set<BudgetKind> = [.registration, .registrations, .knocks, .changes]
}
