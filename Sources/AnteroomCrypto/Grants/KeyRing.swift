import AnteroomCore
import AnteroomServices

/// The keys of one audience, or of all that share one, in the order in which they sign. Never empty.
struct KeyRing: Sendable {
  struct Entry: Sendable {
    let key: SigningKey
    let signsFrom: Instant
    /// Nil for what comes from the root key.
    let path: String?
  }

  /// What the audit calls it.
  let name: String
  let audiences: [Audience]
  /// The file is the operator's.
  let isGiven: Bool
  private(set) var entries: [Entry]

  init(name: String, audiences: [Audience], isGiven: Bool, entries: [Entry]) {
    precondition(!entries.isEmpty && !audiences.isEmpty)
    self.name = name
    self.audiences = audiences
    self.isGiven = isGiven
    self.entries = entries.sorted { $0.signsFrom < $1.signsFrom }
  }

  /// Of all its audiences: only those of our own dialect share a ring.
  var dialect: Dialect { audiences[0].dialect }

  func serves(_ audience: String) -> Bool { audiences.contains { $0.name == audience } }

  /// The latest whose time has come; the first of all where the clock stands before them.
  private func current(at now: Instant) -> Int { entries.lastIndex { $0.signsFrom <= now } ?? 0 }

  func signing(at now: Instant) -> SigningKey { entries[current(at: now)].key }

  /// A key reads for as long as a grant under it may be about after the next one has begun to sign.
  private func endsAt(_ index: Int) -> Instant? {
    index + 1 < entries.count ? entries[index + 1].signsFrom.adding(seconds: KeySuccession.overlapSeconds) : nil
  }

  private func isLive(_ index: Int, at now: Instant) -> Bool { endsAt(index).map { now < $0 } ?? true }

  /// All that may be read, the one that signs first.
  func live(at now: Instant) -> [SigningKey] {
    let signing = current(at: now)
    let others = entries.indices.filter { $0 != signing && isLive($0, at: now) }
    return ([signing] + others.reversed()).map { entries[$0].key }
  }

  func over(at now: Instant) -> [Entry] { entries.indices.filter { !isLive($0, at: now) }.map { entries[$0] } }

  /// With one more key, without those that are over.
  func adding(_ entry: Entry, at now: Instant) -> KeyRing {
    let kept = entries.indices.filter { isLive($0, at: now) }.map { entries[$0] }
    return KeyRing(name: name, audiences: audiences, isGiven: isGiven, entries: kept + [entry])
  }

  /// The first millisecond from `instant` on at which no other key begins to sign.
  func free(from instant: Instant) -> Instant {
    var free = instant
    while entries.contains(where: { $0.signsFrom == free }) { free = Instant(milliseconds: free.milliseconds + 1) }
    return free
  }

  func facts(at now: Instant) -> [SigningKeyFact] {
    let signing = current(at: now)
    return entries.indices.filter { isLive($0, at: now) }.map { index in
      let entry = entries[index]
      return SigningKeyFact(
        audiences: audiences.map(\.name), dialect: dialect.name, algorithm: entry.key.algorithm, kid: entry.key.kid,
        state: index == signing ? .signing : index > signing ? .next : .retiring,
        signsFrom: entry.signsFrom.milliseconds > 0 ? entry.signsFrom : nil, endsAt: endsAt(index), file: entry.path,
        published: entry.key.published.map { $0.kidDigest + ".pem" })
    }
  }
}
