package import AnteroomCore
package import AnteroomServices
import Synchronization

/// Grants as compact JWS (RFC 7515) under ES256, RS256 or HS256 (RFC 7518), as each audience's verifier asks.
///
/// Nothing is negotiated: a token is taken only when its header is, byte for byte, the one that this program
/// writes for a key it holds, and is checked by that key's own algorithm. `none`, HS256 with a public key as
/// its secret, keys named by path or address, and every other gift of JOSE's headers end there, before a
/// signature is looked at.
package final class GrantSigner: GrantSigning {
  private let files: KeyRingFiles
  private let rings: Mutex<[KeyRing]>
  private let isRotating = Mutex(false)

  private static let maximumByteCount = 8192

  /// Reads the keys of these audiences, and makes the first ones.
  ///
  /// - Parameter directory: where the daemon's own are kept; made where a key has to be.
  package init(
    audiences: [Audience], root: RootKey, directory: String, randomness: any Randomness, at now: Instant
  ) throws(SigningKeyFault) {
    files = KeyRingFiles(root: root, directory: directory, randomness: randomness)
    rings = Mutex(try files.rings(for: audiences, after: [], at: now))
  }

  /// Takes up other audiences and other files; what is signed under the keys of before is read for an hour.
  /// Nothing has changed where it throws.
  package func reload(_ audiences: [Audience], at now: Instant) throws(SigningKeyFault) {
    try rings.withLock { rings throws(SigningKeyFault) in
      rings = try files.rings(for: audiences, after: rings, at: now)
    }
  }

  package func sign(_ claims: GrantClaims, at now: Instant) -> String? {
    let ring = rings.withLock { rings in rings.first { $0.serves(claims.audience) } }
    guard let ring else { return nil }
    let key = ring.signing(at: now)
    var token = key.header
    token.append(UInt8(ascii: "."))
    Base64.append(DialectText.write(claims, as: ring.dialect), as: .url, to: &token)
    let signature = key.sign(token)
    token.append(UInt8(ascii: "."))
    Base64.append(signature, as: .url, to: &token)
    return String(decoding: token, as: UTF8.self)
  }

  package func verify(_ token: String, at now: Instant) -> GrantClaims? {
    let bytes = Array(token.utf8.prefix(GrantSigner.maximumByteCount + 1))
    guard bytes.count <= GrantSigner.maximumByteCount else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    // Two keys may have one name: an operator who changes a file may keep its `key_id`.
    for ring in rings.withLock({ $0 }) {
      for key in ring.live(at: now) where parts[0].elementsEqual(key.header) {
        if let claims = GrantSigner.claims(parts, of: bytes, by: key, of: ring) { return claims }
      }
    }
    return nil
  }

  private static func claims(
    _ parts: [ArraySlice<UInt8>], of bytes: [UInt8], by key: SigningKey, of ring: KeyRing
  ) -> GrantClaims? {
    guard let payload = Base64.decode(parts[1], as: .url), let signature = Base64.decode(parts[2], as: .url),
      key.isSignature(signature, of: bytes[..<parts[1].endIndex]),
      // One grant, one text: what we would not write is not ours, whoever signed it.
      let claims = DialectText.read(payload, as: ring.dialect), ring.serves(claims.audience)
    else { return nil }
    return claims
  }

  package func publicKeys(at now: Instant) -> [PublicKey] {
    rings.withLock { $0 }.flatMap { $0.live(at: now).compactMap(\.published) }
  }
}

extension GrantSigner: KeyRotating {
  package func facts(at now: Instant) -> [SigningKeyFact] {
    rings.withLock { $0 }.flatMap { $0.facts(at: now) }
  }

  package func prepare(
    _ audience: String?, signsIn seconds: Int, at now: Instant
  ) throws(StorageFault) -> KeyPreparation {
    guard begin() else { return .underWay }
    var drafts: [KeyRingFiles.Draft] = []
    do throws(RootKeyFault) {
      let all = rings.withLock { $0 }
      var chosen = all
      if let audience {
        chosen = all.filter { $0.serves(audience) }
        guard let ring = chosen.first else { return end(.unknownAudience) }
        if ring.isGiven { return end(.given(file: ring.audiences[0].keyFile ?? "")) }
      }
      // A shared secret is changed on both sides at once, so only where it is asked for by name.
      let rotated = chosen.filter { !$0.isGiven && (audience != nil || $0.dialect.algorithm.isPublished) }
      if rotated.isEmpty { return end(.nothing) }
      if rotated.contains(where: { $0.facts(at: now).count >= KeySuccession.most }) { return end(.tooMany) }
      for ring in rotated {
        let isShared = ring.dialect == .anteroom
        drafts.append(
          try files.draft(
            for: isShared ? nil : ring.audiences[0], ring: ring.name,
            signsFrom: ring.free(from: now.adding(seconds: seconds))))
      }
      let skipped = chosen.filter { ring in !rotated.contains { $0.name == ring.name } }.flatMap { ring in
        ring.audiences.map { ($0.name, ring.isGiven ? "key_file" : "shared-secret") }
      }
      return .prepared(Preparation(signer: self, drafts: drafts, rings: rotated, skipped: skipped, at: now))
    } catch {
      for draft in drafts { files.discard(draft) }
      _ = end(.underWay)
      throw error.asStorageFault
    }
  }

  /// One rotation at a time: what is prepared is in force, or gone, before the next begins.
  private func begin() -> Bool {
    isRotating.withLock { isRotating in
      defer { isRotating = true }
      return !isRotating
    }
  }

  private func end(_ outcome: KeyPreparation) -> KeyPreparation {
    isRotating.withLock { $0 = false }
    return outcome
  }

  private final class Preparation: PreparedKeys {
    private let signer: GrantSigner
    private let drafts: [KeyRingFiles.Draft]
    private let now: Instant
    private let isOpen = Mutex(true)
    let keys: [SigningKeyFact]
    let skipped: [(audience: String, reason: String)]

    init(
      signer: GrantSigner, drafts: [KeyRingFiles.Draft], rings: [KeyRing],
      skipped: [(audience: String, reason: String)], at now: Instant
    ) {
      self.signer = signer
      self.drafts = drafts
      self.now = now
      self.skipped = skipped
      keys = zip(drafts, rings).flatMap { draft, ring in
        ring.adding(draft.entry, at: now).facts(at: now).filter { $0.kid == draft.entry.key.kid }
      }
    }

    func putInForce() throws(StorageFault) {
      guard isOpen.withLock({ $0 }) else { return }
      try signer.rings.withLock { rings throws(StorageFault) in
        for draft in drafts {
          do throws(RootKeyFault) {
            try signer.files.name(draft)
          } catch {
            throw error.asStorageFault
          }
          // A reload may have taken the audience away meanwhile: the file is there when it comes back.
          guard let index = rings.firstIndex(where: { $0.name == draft.ring && !$0.isGiven }) else { continue }
          signer.files.forget(rings[index].over(at: now))
          rings[index] = rings[index].adding(draft.entry, at: now)
        }
      }
      discard()
    }

    func discard() {
      let wasOpen = isOpen.withLock { isOpen in
        defer { isOpen = false }
        return isOpen
      }
      guard wasOpen else { return }
      for draft in drafts { signer.files.discard(draft) }
      _ = signer.end(.underWay)
    }
  }
}

extension RootKeyFault {
  var asStorageFault: StorageFault {
    if case .unusable(_, let code) = self, code == SigningKeyFault.noSpace { return .full }
    return .unavailable(description)
  }
}
