import AnteroomCore
package import SecretMemory

/// What a password would be worth, of which nothing is kept.
package struct PasswordAssessment: Hashable, Sendable {
  /// All that speaks against it; it is acceptable where nothing does.
  package let objections: [PasswordObjection]
  /// The decimal logarithm of the guesses that it would take; 0 for what is no password.
  package let guessesLog10: Double

  /// zxcvbn's own scale, 0 to 4: how it would stand against ever better equipped guessers. It says nothing of
  /// whether the password is on a list.
  package var score: Int { [3.0, 6, 8, 10].count { guessesLog10 >= $0 } }

  package init(objections: [PasswordObjection], guessesLog10: Double) {
    self.objections = objections
    self.guessesLog10 = guessesLog10
  }
}

package enum PasswordCheckResult: Hashable, Sendable {
  case assessed(PasswordAssessment)
  /// A bearer was shown and does not stand.
  case invalidToken
  /// Its session is good for enrolment alone.
  case secondFactorRequired
}

/// Says of a password what would be said of it if it were set.
package struct PasswordCheckService: Sendable {
  let ports: AccountPorts
  private let strength: any PasswordStrength

  package init(ports: AccountPorts, strength: any PasswordStrength) {
    self.ports = ports
    self.strength = strength
  }

  /// With a session, as for its account. Without one no account is read, whatever username is given: it would tell
  /// who has a second factor.
  package func check(
    _ typed: consuming SecretBytes, username: String?, caller: Caller
  ) async throws(StorageFault) -> PasswordCheckResult {
    var account: Account?
    if let bearer = caller.bearer {
      let standing = try await ports.store.read { snapshot throws(StorageFault) in
        try snapshot.authenticate(bearer)
      }
      switch standing {
      case .invalid: return .invalidToken
      case .enrolmentOnly: return .secondFactorRequired
      case .stands(let found): account = found.account
      }
    }
    // What is no username can be nobody's.
    let given = username.flatMap { try? Username(parsing: $0, with: ports.text) }
    let owner = account?.username ?? given
    let hasSecondFactor = account?.hasSecondFactor ?? false
    let minimum = PasswordLength.minimum(hasSecondFactor: hasSecondFactor)
    let password: Password
    do {
      password = try ports.preparation.prepare(typed)
    } catch {
      return Self.none(PasswordObjection(error, minimum: minimum))
    }
    let objections = try await ports.rules.objections(
      to: password, username: owner, displayName: account?.displayName, hasSecondFactor: hasSecondFactor)
    let words = ports.rules.contextWords(username: owner, displayName: account?.displayName)
    return .assessed(
      PasswordAssessment(objections: objections, guessesLog10: strength.guessesLog10(of: password, names: words)))
  }

  private static func none(_ objection: PasswordObjection) -> PasswordCheckResult {
    .assessed(PasswordAssessment(objections: [objection], guessesLog10: 0))
  }
}
