package import AnteroomCore

/// Why a new password is not accepted; told to whoever sets it.
package enum PasswordObjection: Hashable, Sendable {
  case tooShort(minimum: Int)
  case tooLong
  case notAllowed
  /// It is what guessers try first.
  case blocked(BlockReason)

  /// The contract's code for it.
  package var code: String {
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
  private let breached: any BreachedPasswords
  private let serviceNames: [String]

  /// `serviceNames`: what people here connect with the service, its domain for instance.
  package init(blocklist: PasswordBlocklist, breached: any BreachedPasswords, serviceNames: [String]) {
    self.blocklist = blocklist
    self.breached = breached
    self.serviceNames = serviceNames
  }

  /// The first thing that speaks against the password. What is shown of its owner to everybody, the name besides the
  /// username, is in the way of it as well.
  package func objection(
    to password: borrowing Password, username: Username?, displayName: DisplayName?, hasSecondFactor: Bool
  ) async throws(StorageFault) -> PasswordObjection? {
    if let objection = lengthObjection(to: password, hasSecondFactor: hasSecondFactor) { return objection }
    return try await block(of: password, username, displayName).map(PasswordObjection.blocked)
  }

  /// The same without the list of breached passwords: where the time must not tell whose password is judged, or a
  /// disk keep anybody from signing in.
  package func objectionWithoutLookup(
    to password: borrowing Password, username: Username?, hasSecondFactor: Bool
  ) -> PasswordObjection? {
    if let objection = lengthObjection(to: password, hasSecondFactor: hasSecondFactor) { return objection }
    return blocklist.reason(for: password, username: username?.text, serviceNames: serviceNames)
      .map(PasswordObjection.blocked)
  }

  /// All that speaks against it.
  package func objections(
    to password: borrowing Password, username: Username?, displayName: DisplayName?, hasSecondFactor: Bool
  ) async throws(StorageFault) -> [PasswordObjection] {
    let length = lengthObjection(to: password, hasSecondFactor: hasSecondFactor)
    let block = try await block(of: password, username, displayName)
    return [length, block.map(PasswordObjection.blocked)].compactMap { $0 }
  }

  /// Words that a guesser of this account would try first.
  package func contextWords(username: Username?, displayName: DisplayName?) -> [String] {
    [username?.text, displayName?.text].compactMap { $0 } + serviceNames + ["anteroom"]
  }

  private func lengthObjection(to password: borrowing Password, hasSecondFactor: Bool) -> PasswordObjection? {
    let minimum = PasswordLength.minimum(hasSecondFactor: hasSecondFactor)
    if password.codePoints < minimum { return .tooShort(minimum: minimum) }
    return password.codePoints > PasswordLength.longest ? .tooLong : nil
  }

  private func block(
    of password: borrowing Password, _ username: Username?, _ displayName: DisplayName?
  ) async throws(StorageFault) -> BlockReason? {
    let names = serviceNames + [displayName?.text].compactMap { $0 }
    if let reason = blocklist.reason(for: password, username: username?.text, serviceNames: names) { return reason }
    return try await breached.lists(password) ? .breached : nil
  }
}
