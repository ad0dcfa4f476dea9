package import SecretMemory

/// Why a password hash of another program is not taken over.
package enum ForeignHashObjection: Error, Hashable, Sendable {
  /// In no scheme that is compared here.
  case unknownScheme
  /// Its scheme looks at the first eight characters alone (DES's crypt): who knows those would be let in.
  case truncates
  /// Of a known scheme, and not as its programs write it.
  case malformed(scheme: String)
  /// It asks for less or more work than is done here, which is `bounds`.
  case cost(scheme: String, bounds: String)

  /// Whether somebody may have made it so on purpose. Who has such a hash is not imported; who has one that is merely
  /// not compared here sets a new password.
  package var isHostile: Bool {
    switch self {
    case .malformed, .cost: true
    case .unknownScheme, .truncates: false
    }
  }
}

/// What a stored value of another program came to.
package enum ForeignHashReading: Sendable {
  /// It stands for no password, as `!` and `*` do.
  case none
  /// Sealed, to be compared until its owner has signed in once.
  case taken(PasswordHash, scheme: String, isSalted: Bool)
  case objection(ForeignHashObjection)
}

/// Reads password hashes that other programs stored: strictly, and with every cost bounded before it is kept.
package protocol ForeignHashReader: Sendable {
  func read(_ foreign: borrowing SecretBytes) -> ForeignHashReading
}
