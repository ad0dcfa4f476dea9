/// Words that a joiner's name must not claim a standing with, such as `host`. The text and these words alone
/// decide: a refusal for them tells nothing of who else is there.
///
/// A name is forbidden that has such a word as a word of its own, in any look: `Host`, `The Host`, `host2`,
/// `Host (Ada)`, `MeetingHost`, `m0derator`, `h.o.s.t`. One that only has its letters is not: `Hostetler`.
/// In scripts that write without spaces a word is found where it is the whole name or stands between
/// spaces.
package struct ReservedNames: Equatable, Sendable {
  /// Reserved whatever the configuration says.
  package static let always = [
    "host", "cohost", "moderator", "administrator", "admin", "operator", "support", "anteroom",
  ]

  private let skeletons: Set<String>
  /// In bytes, of any of them: no run of words beyond it can be one.
  private let longest: Int

  /// - Parameter added: by the configuration; one of several words (`Waiting Room`) is found as these in a row.
  package init(adding added: [String] = [], with profiles: any TextProfiles) {
    var skeletons: Set<String> = []
    for word in Self.always + added {
      // In small letters and in capitals, since `|` looks like the capital I and not like the small one: `adm|n`.
      for written in [word, word.lowercased(), word.uppercased()] {
        let both = profiles.skeletons(of: written)
        skeletons.formUnion([both.asSeen, both.asRead])
      }
    }
    self.skeletons = skeletons
    longest = skeletons.reduce(0) { max($0, $1.utf8.count) }
  }

  /// Whether the name claims one of them. Two or more words in a row count as one too, so that a space or a dot
  /// within a word hides nothing.
  package func forbids(_ name: DisplayName, with profiles: any TextProfiles) -> Bool {
    forbids(name, looking: profiles.skeletons(of: name.text), with: profiles)
  }

  /// As above, for a username: where nothing else is given it is the name that is shown.
  package func forbids(_ username: Username, with profiles: any TextProfiles) -> Bool {
    forbids(DisplayName(known: username.text), with: profiles)
  }

  /// As above, for a name whose skeletons are known.
  package func forbids(_ name: DisplayName, looking whole: NameSkeletons, with profiles: any TextProfiles) -> Bool {
    if skeletons.contains(whole.asSeen) || skeletons.contains(whole.asRead) { return true }
    let words = NameWords.words(of: name.text)
    // A name of one word is that word, and was looked at.
    if words == [name.text] { return false }
    let looks = words.map { profiles.skeletons(of: $0) }
    return hasReservedRun(looks.map(\.asSeen)) || hasReservedRun(looks.map(\.asRead))
  }

  private func hasReservedRun(_ words: [String]) -> Bool {
    for start in words.indices {
      var run = ""
      for word in words[start...] {
        run += word
        if run.utf8.count > longest { break }
        if skeletons.contains(run) { return true }
      }
    }
    return false
  }
}

/// Where the words of a name begin and end.
enum NameWords {
  enum Kind { case letter, digit, mark, other }

  typealias Facts = (kind: Kind, isUppercase: Bool, isLowercase: Bool)

  /// At anything but letters, digits and marks, between letters and digits, and before a capital after a small
  /// letter (`MeetingHost`).
  static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var last: (kind: Kind, isLowercase: Bool) = (.other, false)
    for scalar in name.unicodeScalars {
      let (kind, isUppercase, isLowercase) = ascii(scalar) ?? facts(of: scalar)
      if kind == .mark, last.kind != .other {
        word.append(scalar)
        continue
      }
      let beginsHump = last.isLowercase && isUppercase
      if kind != last.kind || beginsHump {
        if !word.isEmpty { words.append(String(word)) }
        word = String.UnicodeScalarView()
      }
      if kind == .letter || kind == .digit { word.append(scalar) }
      last = (kind, isLowercase)
    }
    if !word.isEmpty { words.append(String(word)) }
    return words
  }

  /// What Unicode's tables say of ASCII, without them: most names are nothing else, and each join has one.
  static func ascii(_ scalar: Unicode.Scalar) -> Facts? {
    switch scalar {
    case "a"..."z": (.letter, false, true)
    case "A"..."Z": (.letter, true, false)
    case "0"..."9": (.digit, false, false)
    case "|": (.letter, false, false)
    case "\u{0}"..."\u{7F}": (.other, false, false)
    default: nil
    }
  }

  static func facts(of scalar: Unicode.Scalar) -> Facts {
    (kind(of: scalar), scalar.properties.isUppercase, scalar.properties.isLowercase)
  }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: .letter
    case .decimalNumber, .otherNumber: .digit
    case .nonspacingMark, .spacingMark, .enclosingMark: .mark
    // Letters in a negative circle or square, or of a flag.
    case .otherSymbol where (0x1F150...0x1F1FF).contains(scalar.value): .letter
    // Looks like an I or an l, and is one wherever it stands in a word.
    case .mathSymbol where scalar == "|": .letter
    default: .other
    }
  }
}
