/// What is left of a name when all is taken away that a person at a meeting table would overlook: compared,
/// never shown.
///
/// There are two, for an eye and a reader are fooled by different things, and one form for both would have to
/// take `Elia` for `Ella`: `I` and `1` look like `l` and are read as `i`, and the Greek capital `Ν` looks like `N` where
/// its small letter `ν` looks like `v`. Names are alike where either of the one is either of the other.
package struct NameSkeletons: Hashable, Sendable {
  /// Letters taken for what they look like as they are written, then case set aside: `PayPaI` is `paypal`.
  package let asSeen: String
  /// Case set aside, then letters taken for what they look like: `IAN` is `ian`. The same text as `asSeen` for
  /// most names.
  package let asRead: String

  package init(asSeen: String, asRead: String) {
    self.asSeen = asSeen
    self.asRead = asRead
  }

  package func areLike(_ other: NameSkeletons) -> Bool {
    asSeen == other.asSeen || asRead == other.asRead || asSeen == other.asRead || asRead == other.asSeen
  }
}
