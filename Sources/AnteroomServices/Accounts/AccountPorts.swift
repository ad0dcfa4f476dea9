package import AnteroomCore
import SecretMemory

/// What the services around accounts stand on.
package struct AccountPorts: Sendable {
  package let store: any Store
  package let clock: any WallClock
  package let randomness: any Randomness
  package let digests: any Digests
  package let sealing: any Sealing
  package let hashing: any PasswordHashing
  package let codes: any OneTimeCodes
  package let text: any TextProfiles
  /// Words that nobody gives themselves as a name.
  package let reserved: ReservedNames
  package let preparation: any PasswordPreparation
  package let rules: PasswordRules
  package let limiter: AttemptLimiter
  package let mint: TokenMint
  package let lifetime: SessionLifetime

  package init(
    store: any Store, clock: any WallClock, randomness: any Randomness, digests: any Digests, sealing: any Sealing,
    hashing: any PasswordHashing, codes: any OneTimeCodes, text: any TextProfiles, reserved: ReservedNames,
    preparation: any PasswordPreparation, rules: PasswordRules, limiter: AttemptLimiter, mint: TokenMint,
    lifetime: SessionLifetime
  ) {
    self.store = store
    self.clock = clock
    self.randomness = randomness
    self.digests = digests
    self.sealing = sealing
    self.hashing = hashing
    self.codes = codes
    self.text = text
    self.reserved = reserved
    self.preparation = preparation
    self.rules = rules
    self.limiter = limiter
    self.mint = mint
    self.lifetime = lifetime
  }

  func newID<ID: OpaqueID>(_ type: ID.Type) -> ID { ID(random: randomness.bytes(ID.randomByteCount)) }

  var sessionStarter: SessionStarter { SessionStarter(mint: mint, randomness: randomness, lifetime: lifetime) }

  /// A code that people type: Crockford base32 in groups of four, and its keyed digest over the
  /// characters alone.
  func newCode(characters: Int, purpose: DigestPurpose, context: String) -> TypedCode {
    let plain = Base32.text(randomness.bytes((characters * 5 + 7) / 8), characters: characters)
    let digest = digests.keyed(purpose, context: context, Array(plain.utf8).span)
    let groups = stride(from: 0, to: characters, by: 4).map { start in
      plain.dropFirst(start).prefix(4).uppercased()
    }
    return TypedCode(text: groups.joined(separator: "-"), digest: digest)
  }

  /// The digest of a code as somebody typed it; nil when it has not the shape of one.
  func digest(ofTyped code: borrowing OneTimeCode, characters: Int, purpose: DigestPurpose, context: String) -> Digest?
  {
    var canonical: [UInt8] = []
    let isCode = code.bytes.withBytes { $0.count <= 256 && Base32.canonical($0, into: &canonical) }
    defer { for index in canonical.indices { canonical[index] = 0 } }
    guard isCode, canonical.count == characters else { return nil }
    return digests.keyed(purpose, context: context, canonical.span)
  }
}

/// A code as it is shown once, and what is kept of it.
struct TypedCode: Sendable {
  let text: String
  let digest: Digest
}

/// Lengths of the codes that people type.
enum CodeLength {
  /// 130 bits: more than the 128 that the contract asks for.
  static let setup = 26
  static let recovery = 16
}
