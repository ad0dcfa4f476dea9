/// One thing that is wrong with the configuration, where, and what to do about it.
package struct ConfigurationMistake: Hashable, Sendable, CustomStringConvertible {
  /// As it was named at the start, or beside that one.
  package let file: String
  /// Counted from 1; nil where the file as a whole is meant.
  package let line: Int?
  package let problem: String
  package let remedy: String

  /// `FILE:LINE: what is wrong; what to do`, on one line whatever the file holds.
  package var description: String {
    "\(file)\(line.map { ":\($0)" } ?? ""): \(problem); \(remedy)"
  }
}

/// Why there is no configuration: every mistake of all its files, in their order.
package struct ConfigurationMistakes: Error, Hashable, Sendable, CustomStringConvertible {
  /// Never empty.
  package let mistakes: [ConfigurationMistake]

  package var description: String { mistakes.map(\.description).joined(separator: "\n") }
}

/// A place that a mistake can point at.
struct ConfigurationSpot: Hashable {
  let file: String
  let line: Int?

  /// For a mistake elsewhere that has to do with this place.
  var text: String { "\(file)\(line.map { ":\($0)" } ?? "")" }
}

/// What is wrong so far. Reading goes on after a mistake, so that one run shows them all.
final class MistakeList {
  private(set) var all: [ConfigurationMistake] = []

  func add(_ spot: ConfigurationSpot, _ problem: String, _ remedy: String) {
    all.append(ConfigurationMistake(file: spot.file, line: spot.line, problem: problem, remedy: remedy))
  }

  /// In the order of the files as given, and of the lines in each.
  func sorted(by files: [String]) -> [ConfigurationMistake] {
    all.enumerated().sorted { one, other in
      let key = { (entry: (offset: Int, element: ConfigurationMistake)) in
        (files.firstIndex(of: entry.element.file) ?? files.count, entry.element.line ?? 0, entry.offset)
      }
      return key(one) < key(other)
    }.map(\.element)
  }
}

extension String {
  /// As it may stand in a message: cut, and with nothing in it that a terminal obeys or a reader cannot see.
  var shown: String {
    let longest = 64
    var text = ""
    for scalar in unicodeScalars.prefix(longest) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return "`\(text)\(unicodeScalars.count > longest ? "…" : "")`"
  }
}
