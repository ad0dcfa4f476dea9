import AnteroomCore

package enum KeyRotationResult: Sendable {
  case rotated([SigningKeyFact], skipped: [(audience: String, reason: String)])
  case unknownAudience
  /// The operator's own file.
  case given(file: String)
  case nothing
  case tooMany
  case underWay
}

package enum PepperRotationResult: Sendable {
  case rotated(PepperFact)
  case tooMany
  case underWay
}

/// The keys that grants are signed with, and the pepper of the passwords: what is published of them, and their change.
package struct KeyService: Sendable {
  private let store: any Store
  private let clock: any WallClock
  private let signing: any GrantSigning
  private let rotating: any KeyRotating
  private let peppers: any PepperRotating

  package init(
    store: any Store, clock: any WallClock, signing: any GrantSigning, rotating: any KeyRotating,
    peppers: any PepperRotating
  ) {
    self.store = store
    self.clock = clock
    self.signing = signing
    self.rotating = rotating
    self.peppers = peppers
  }

  package func published() -> [PublicKey] { signing.publicKeys(at: clock.now()) }

  package func facts() -> [SigningKeyFact] { rotating.facts(at: clock.now()) }

  /// The current pepper and those of before that passwords are still hashed with, and how many are.
  package func pepperFacts() async throws(StorageFault) -> [(pepper: PepperFact, passwords: Int)] {
    let counts = try await store.read { snapshot throws(StorageFault) in try snapshot.passwordCounts() }
    return peppers.facts.map { ($0, counts[$0.id] ?? 0) }.filter { $0.isCurrent || $1 > 0 }
  }

  /// The next pepper keys new hashes from now on. Those of before are read, and made anew as their owners sign in.
  /// As with the keys of grants, the audit knows of it before it is used.
  package func rotatePepper(_ caller: Caller) async throws(StorageFault) -> PepperRotationResult {
    switch try peppers.prepare() {
    case .prepared(let prepared):
      defer { prepared.discard() }
      let fact = prepared.fact
      try await store.write { tx throws(StorageFault) in
        try tx.append(
          AuditEntry(
            .keyRotated, by: caller.actor, subject: fact.id, request: caller.request,
            detail: [("key", "pepper"), ("generation", String(fact.generation))]))
      }
      try prepared.putInForce()
      return .rotated(fact)
    case .tooMany: return .tooMany
    case .underWay: return .underWay
    }
  }

  /// Makes new keys that sign in so many seconds. They are made and on disk before it is recorded, and get their
  /// names after: no key signs that the audit does not know of.
  package func rotate(
    audience: String?, signsIn seconds: Int, caller: Caller
  ) async throws(StorageFault) -> KeyRotationResult {
    switch try rotating.prepare(audience, signsIn: seconds, at: clock.now()) {
    case .prepared(let prepared):
      defer { prepared.discard() }
      let keys = prepared.keys
      try await store.write { tx throws(StorageFault) in
        for key in keys {
          try tx.append(
            AuditEntry(
              .keyRotated, by: caller.actor, subject: key.kid, request: caller.request,
              detail: [
                ("audiences", key.audiences.joined(separator: " ")), ("alg", key.algorithm.rawValue),
                ("signs_from", key.signsFrom?.description ?? ""),
              ]))
        }
      }
      try prepared.putInForce()
      return .rotated(keys, skipped: prepared.skipped)
    case .unknownAudience: return .unknownAudience
    case .given(let file): return .given(file: file)
    case .nothing: return .nothing
    case .tooMany: return .tooMany
    case .underWay: return .underWay
    }
  }
}
