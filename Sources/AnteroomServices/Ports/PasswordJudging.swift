/// A list of breached passwords that is too long for memory.
package protocol BreachedPasswords: Sendable {
  /// Whether it lists the password, as prepared or in folded letter case. A list that is there and cannot be read is
  /// a fault: what cannot be judged must not be let pass.
  func lists(_ password: borrowing Password) async throws(StorageFault) -> Bool
}

/// How long a guesser who knows how people choose would take.
package protocol PasswordStrength: Sendable {
  /// The decimal logarithm of the number of guesses. `names` are words that a guesser of this account would try first.
  /// Of a long password a beginning is looked at, so that length buys nobody work: the answer is then a lower bound.
  func guessesLog10(of password: borrowing Password, names: [String]) -> Double
}
