extension DisplayName {
  /// `Ada (7k3q)`: for meetings where nobody looks at those who come in. Every guest gets one, so that it tells
  /// nobody that the name was like another's, and a name that brings one of its own choice gets a second behind it.
  ///
  /// At most 64 code points, as any name: a long one is cut between two characters as they are seen, and within
  /// one only where the first alone leaves no room.
  ///
  /// - Parameter suffix: 1 to 16 ASCII letters and digits, made by the caller from chance.
  package func suffixed(with suffix: String) -> DisplayName {
    precondition((1...16).contains(suffix.utf8.count) && suffix.utf8.allSatisfy(Self.isLetterOrDigit))
    let tail = " (\(suffix))"
    let room = Self.mostCodePoints - tail.unicodeScalars.count
    var kept = ""
    var used = 0
    for character in text {
      used += character.unicodeScalars.count
      guard used <= room else { break }
      kept.append(character)
    }
    if kept.isEmpty { kept = String(String.UnicodeScalarView(text.unicodeScalars.prefix(room))) }
    while kept.last == " " { kept.removeLast() }
    return DisplayName(known: kept + tail)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}
