/// A name's skeletons as two numbers, so that a store can ask by an index whether a meeting has a name like it:
/// alike are names of which either number of the one is either of the other's. The same for the same skeletons at
/// every start and on every machine; not secret, and as personal as the name: they go when it goes.
package struct NameLikeness: Hashable, Sendable {
  package let asSeen: Int64
  /// The same number as `asSeen` for most names.
  package let asRead: Int64

  package init(asSeen: Int64, asRead: Int64) {
    self.asSeen = asSeen
    self.asRead = asRead
  }

  package func isLike(_ other: NameLikeness) -> Bool {
    asSeen == other.asSeen || asRead == other.asRead || asSeen == other.asRead || asRead == other.asSeen
  }
}
