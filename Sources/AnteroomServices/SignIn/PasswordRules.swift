package import AnteroomCore

/// Why a new password is not accepted; told to whoever sets it.
package enum PasswordObjection: Hashable, Sendable {
  case tooShort(minimum: Int)
  case tooLong
  case notAllowed
  /// It is what guessers try first.
  case blocked(BlockReason)

  /// The contract's code for it.
  var code: String {
    switch self {
    case .tooShort: "password-too-short"
    case .tooLong: "password-too-long"
    case .notAllowed: "invalid-field"
    case .blocked: "password-blocked"
    }
  }
}

/// Judges a new password. Nothing is asked of it but length and not being one that is tried first.
package struct PasswordRules: Sendable {
  private let blocklist: PasswordBlocklist

  package init(blocklist: PasswordBlocklist) {
    self.blocklist = blocklist
  }

  package func objection(
    to password: borrowing Password, username: Username?, hasSecondFactor: Bool
  ) -> PasswordObjection? {
    let minimum = PasswordLength.minimum(hasSecondFactor: hasSecondFactor)
    if password.codePoints < minimum { return .tooShort(minimum: minimum) }
    if password.codePoints > PasswordLength.longest { return .tooLong }
    return blocklist.reason(for: password, username: username?.text, serviceNames: []).map(PasswordObjection.blocked)
  }
}
