import AnteroomCore
import AnteroomText

extension ConfigurationDraft {
  /// Far more than words for who has a say in a meeting: each is compared with every name.
  private static let mostReserved = 1000

  mutating func readNames(_ table: ConfigurationTable) {
    table.allow(["reserved"])
    guard let words = table.texts("reserved") else { return }
    guard words.count <= Self.mostReserved else {
      return table.mistake(
        "reserved", "`reserved` in \(table.title) has \(words.count) words, more than \(Self.mostReserved)",
        "write only the words that nobody may call himself")
    }
    var reserved: [String] = []
    for (index, word) in words.enumerated() {
      guard let problem = reservedProblem(word) else {
        reserved.append(word)
        continue
      }
      table.mistake(
        "reserved", element: index, "`reserved` in \(table.title) holds \(word.shown), \(problem)",
        "write a word as a name would have it, of 2 to 64 characters")
    }
    configuration.reservedNames = reserved
  }
}

/// What is wrong with a reserved word, to stand after it; nil for nothing. One letter would forbid every name
/// with an initial, and what no name can be forbids nothing, which its author would not see.
private func reservedProblem(_ word: String) -> String? {
  let profiles = PRECISProfiles()
  do throws(DisplayName.Invalid) {
    let name = try DisplayName(parsing: word, with: profiles)
    let letters = name.text.unicodeScalars.count { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    return letters == 0 ? "which has no letters" : letters == 1 ? "a single letter" : nil
  } catch {
    switch error {
    case .empty: return "which is empty"
    case .notAllowed: return "which is in no name"
    case .tooLong: return "which is longer than a name"
    }
  }
}
