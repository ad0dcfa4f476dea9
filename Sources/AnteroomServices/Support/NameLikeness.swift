package import AnteroomCore

/// A name's skeletons as two numbers, so that a store can ask by an index whether a meeting has a name like it:
/// alike are names of which either number of the one is either of the other's. The same for the same skeletons at
/// every start and on every machine; not secret, and as personal as the name: they go when it goes.
package struct NameLikeness: Hashable, Sendable {
  package let asSeen: Int64
  /// The same number as `asSeen` for most names.
  package let asRead: Int64

  /// The first 8 bytes of SHA-256 each, big-endian. Two names of his own choice that share a number cost an
  /// attacker some 2^32 tries and gain him a mark; one that shares a number with somebody else's gains no more.
  package init(_ skeletons: NameSkeletons, digests: any Digests) {
    asSeen = Self.number(skeletons.asSeen, digests)
    asRead = skeletons.asRead == skeletons.asSeen ? asSeen : Self.number(skeletons.asRead, digests)
  }

  package init(of name: DisplayName, with profiles: any TextProfiles, digests: any Digests) {
    self.init(profiles.skeletons(of: name.text), digests: digests)
  }

  /// For what the store holds.
  package init(asSeen: Int64, asRead: Int64) {
    self.asSeen = asSeen
    self.asRead = asRead
  }

  package func isLike(_ other: NameLikeness) -> Bool {
    asSeen == other.asSeen || asRead == other.asRead || asSeen == other.asRead || asRead == other.asSeen
  }

  private static func number(_ skeleton: String, _ digests: any Digests) -> Int64 {
    let bytes = Array(skeleton.utf8)
    let number = digests.sha256(bytes.span).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(bitPattern: number)
  }
}
