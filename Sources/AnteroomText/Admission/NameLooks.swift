import AnteroomCore

/// From a name to its skeletons: what UTS 39 has for identifiers, and beyond it what does not tell two people at
/// a table apart. That is
///
/// - case, spaces, punctuation, symbols and all that is not seen: `A d a`, `Ada.`, `Ada ★` (a star beside a name
///   looks like a badge that somebody gave);
/// - diacritics: `José` and `Jose` are often the same person at two keyboards, and whoever looks at small type
///   sees no difference. That two people are so called costs them a look by the host, that an attacker may add
///   a dot costs the meeting. Vowel signs and voicing marks stay: there they are the letters;
/// - the order of right-to-left letters and digits between them, since a display reorders them.
///
/// A name of ASCII takes 0.2 µs, `José Álvarez` 6, a name in another script 5 to 20, the worst of 64 code points
/// some 40: less than anything else in a join that asks the disk, and to be done before its transaction.
enum NameLooks {
  /// A name has at most 64; the rest is for whoever asks about other text.
  private static let mostCodePoints = 1024
  /// Each pass only brings what an earlier one uncovered, and none is known to take four.
  private static let mostPasses = 8

  static func skeletons(of name: String) -> NameSkeletons {
    if let skeletons = ASCIILooks.skeletons(of: name) { return skeletons }
    let typed = plain(name.unicodeScalars.prefix(mostCodePoints).map(\.value))
    var seen = LookAlikes(of: typed, one: .seen, keepingAll: false).codePoints
    let keeping = seen.isEmpty
    if keeping { seen = LookAlikes(of: typed, one: .seen, keepingAll: true).codePoints }
    return NameSkeletons(
      asSeen: text(settled(seen, one: .seen, keepingAll: keeping), keepingAll: keeping),
      asRead: text(settled(typed, one: .read, keepingAll: keeping), keepingAll: keeping))
  }

  /// Until nothing changes: a look-alike may have a case, and what that folds to another look-alike.
  private static func settled(_ text: [UInt32], one: ASCIILooks.One, keepingAll: Bool) -> [UInt32] {
    var current = text
    for _ in 0..<mostPasses {
      if !keepingAll, let plain = ASCIILooks.settled(current, one: one) { return plain }
      let folded = changed(plain(current), .foldCase)
      let next = LookAlikes(of: folded, one: one, keepingAll: keepingAll).codePoints
      if next == current { break }
      current = next
    }
    return current
  }

  /// NFKC, without the iota that is a mark below a letter and would be folded to a letter of its own.
  private static func plain(_ text: [UInt32]) -> [UInt32] {
    let iotaBelow: UInt32 = 0x345
    let composed = changed(text.filter { $0 != iotaBelow }, .nfkc)
    return composed.contains(iotaBelow) ? composed.filter { $0 != iotaBelow } : composed
  }

  /// A name of nothing but what is overlooked (`...`, an emoji) stands for what it is, behind a space, which no
  /// other skeleton has: it is like its own kind and never like everybody.
  private static func text(_ codePoints: [UInt32], keepingAll: Bool) -> String {
    var scalars = String.UnicodeScalarView()
    if keepingAll { scalars.append(" ") }
    for codePoint in codePoints { if let scalar = Unicode.Scalar(codePoint) { scalars.append(scalar) } }
    return String(scalars)
  }

  /// The text itself where memory or the tables fail: such a name is like fewer, and none is admitted by it.
  private static func changed(_ text: [UInt32], _ change: UnicodeChange) -> [UInt32] {
    var codePoints = WipedCodePoints(capacity: text.count)
    for codePoint in text { codePoints.append(codePoint) }
    guard let changed = codePoints.changed(change) else { return text }
    var result: [UInt32] = []
    result.reserveCapacity(changed.count)
    for index in 0..<changed.count { result.append(changed[index]) }
    return result
  }
}
