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

/// The keys that grants are signed with: what is published of them, and their change.
package struct KeyService: Sendable {
  private let store: any Store
  private let clock: any WallClock
  private let signing: any GrantSigning
  private let rotating: any KeyRotating

  package init(
    store: any Store, clock: any WallClock, signing: any GrantSigning, rotating: any KeyRotating
  ) {
    self.store = store
    self.clock = clock
    self.signing = signing
    self.rotating = rotating
  }

  package func published() -> [PublicKey] { signing.publicKeys(at: clock.now()) }

  package func facts() -> [SigningKeyFact] { rotating.facts(at: clock.now()) }

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
