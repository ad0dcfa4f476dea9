/// One of the peppers that passwords are hashed with, without the pepper.
package struct PepperFact: Hashable, Sendable {
  /// As the store has it beside each hash.
  package let id: String
  package let generation: Int
  /// New hashes are made with it; with another, those of before are read until their owners sign in.
  package let isCurrent: Bool

  package init(id: String, generation: Int, isCurrent: Bool) {
    self.id = id
    self.generation = generation
    self.isCurrent = isCurrent
  }
}

/// The next pepper, which nothing uses yet.
package protocol PreparedPepper: Sendable {
  var fact: PepperFact { get }

  /// Says on disk that it is the current one, then makes it that. No restart goes back behind it.
  func putInForce() throws(StorageFault)

  /// As if it had never been asked for. Of no effect after `putInForce`.
  func discard()
}

package enum PepperPreparation: Sendable {
  case prepared(any PreparedPepper)
  /// There have been as many as can be.
  case tooMany
  case underWay
}

/// The succession of peppers (Argon2's secret input, RFC 9106, section 3.1).
package protocol PepperRotating: Sendable {
  /// All up to the current one, oldest first.
  var facts: [PepperFact] { get }

  func prepare() throws(StorageFault) -> PepperPreparation
}
