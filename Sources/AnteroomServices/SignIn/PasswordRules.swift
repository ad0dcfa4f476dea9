package import AnteroomCore

/// Why a new password is not accepted; told to whoever sets it.
package enum PasswordObjection: Hashable, Sendable {
  case tooShort(minimum: Int)
  case tooLong
  case notAllowed
  /// It is on a list that guessers try first: which one.
  case blocked(String)
}

/// The blocklist of the contract's section 3.1, compared with the whole password, letter case aside.
package protocol PasswordBlocklist: Sendable {
  /// A code of the reason (`common`, `context`, `pattern`), or nil.
  func objection(to password: borrowing Password, username: String?) -> String?
}

/// Judges a new password. Nothing is asked of it but length and not being one that is tried first.
package struct PasswordRules: Sendable {
  private let blocklist: any PasswordBlocklist

  package init(blocklist: any PasswordBlocklist) {
    self.blocklist = blocklist
  }

  package func objection(
    to password: borrowing Password, username: Username?, hasSecondFactor: Bool
  ) -> PasswordObjection? {
    let minimum = PasswordLength.minimum(hasSecondFactor: hasSecondFactor)
    if password.codePoints < minimum { return .tooShort(minimum: minimum) }
    if password.codePoints > PasswordLength.longest { return .tooLong }
    return blocklist.objection(to: password, username: username?.text).map(PasswordObjection.blocked)
  }
}
