package import AnteroomCore

/// A signing key, for operators: everything but the key.
package struct SigningKeyFact: Hashable, Sendable {
  package enum State: String, Sendable {
    /// Published and not yet in use.
    case next
    case signing
    /// Reads what it signed, until that is over.
    case retiring
  }

  /// Whose grants it signs.
  package let audiences: [String]
  package let dialect: Dialect.Name
  package let algorithm: SigningAlgorithm
  package let kid: String
  package let state: State
  /// Nil for the first key, which always did.
  package let signsFrom: Instant?
  /// When it is forgotten; nil while no other takes its place.
  package let endsAt: Instant?
  /// Where it is kept; nil for what comes from the root key.
  package let file: String?
  /// Under `/v1/keys/`; nil for a shared secret.
  package let published: String?

  package init(
    audiences: [String], dialect: Dialect.Name, algorithm: SigningAlgorithm, kid: String, state: State,
    signsFrom: Instant?, endsAt: Instant?, file: String?, published: String?
  ) {
    self.audiences = audiences
    self.dialect = dialect
    self.algorithm = algorithm
    self.kid = kid
    self.state = state
    self.signsFrom = signsFrom
    self.endsAt = endsAt
    self.file = file
    self.published = published
  }
}

/// New keys on disk that nothing uses yet.
package protocol PreparedKeys: Sendable {
  var keys: [SigningKeyFact] { get }
  /// Audiences whose key stays, and why.
  var skipped: [(audience: String, reason: String)] { get }

  /// Gives the files their names and takes them up.
  func putInForce() throws(StorageFault)

  /// As if they had never been made. Of no effect after `putInForce`.
  func discard()
}

package enum KeyPreparation: Sendable {
  case prepared(any PreparedKeys)
  case unknownAudience
  /// The operator's own file, which only the operator can change.
  case given(file: String)
  /// No audience has a key that the daemon could change by itself.
  case nothing
  /// As many old keys are still read as may be.
  case tooMany
  case underWay
}

/// The keys that the daemon makes, and their succession.
package protocol KeyRotating: Sendable {
  func facts(at now: Instant) -> [SigningKeyFact]

  /// Makes new keys that sign in so many seconds: for one audience, or for all that have a key pair of the
  /// daemon's. Whoever prepares ends it by one of the two.
  func prepare(_ audience: String?, signsIn seconds: Int, at now: Instant) throws(StorageFault) -> KeyPreparation
}

/// How keys follow one another.
package enum KeySuccession {
  /// How long a key reads what it signed: grants live for two minutes at most, and clocks differ.
  package static let overlapSeconds = 3600
  /// How far ahead a key may be published.
  package static let longestLead = 86_400
  /// How many keys of one audience there may be at a time.
  package static let most = 16
}
