/// Something that code may do in named places only, or nowhere.
struct Ban: Sendable {
  let text: String
  let reason: String
  /// Where it is looked for: paths that begin so.
  var within: [String] = ["Sources/"]
  /// Where it may stand all the same, each with its reason beside it: paths that begin so.
  var except: [String] = []
  /// Strings are looked at as well, where what is banned would stand in one.
  var inStrings = false

  /// What speaks to a person at a terminal, and nothing that the daemon is made of.
  private static let programs = ["Sources/anteroomctl/", "Sources/anteroom-bench/", "Sources/anteroomd/"]

  static let all: [Ban] = [
    // Time and chance come in as arguments: what reads them itself cannot be tested at another time.
    Ban(text: "Date()", reason: "the time is an argument"),
    Ban(text: "Date.now", reason: "the time is an argument"),
    Ban(text: "CLOCK_REALTIME", reason: "the time is an argument", except: ["Sources/AnteroomSystem/"]),
    Ban(text: "gettimeofday(", reason: "the time is an argument"),
    Ban(text: ".random(", reason: "randomness comes through its port"),
    Ban(text: ".randomElement(", reason: "randomness comes through its port"),
    Ban(text: "SystemRandomNumberGenerator", reason: "randomness comes through its port"),
    Ban(text: "arc4random", reason: "randomness comes through its port"),
    Ban(text: "UUID()", reason: "ids are made by the words' own types, from the randomness port"),
    Ban(text: "getrandom(", reason: "randomness comes through its port", except: ["Sources/AnteroomSystem/"]),

    // A refusal is a value, a fault is an error, a bug traps with a condition that says what was wrong.
    Ban(text: "try!", reason: "a fault is handled, not wished away"),
    Ban(text: "fatalError(", reason: "a bug traps by precondition, anything else is an error"),
    Ban(text: "print(", reason: "the daemon logs; only the programs' own folders print", except: programs),
    Ban(text: "debugPrint(", reason: "nothing is printed for debugging"),
    Ban(text: "dump(", reason: "nothing is printed for debugging"),

    // Core is values: whatever waits or is shared does not decide.
    Ban(text: "async", reason: "core does not wait", within: ["Sources/AnteroomCore/"]),
    Ban(text: "await", reason: "core does not wait", within: ["Sources/AnteroomCore/"]),

    // It opens no network socket, ever: not by number, not by name.
    Ban(text: "AF_INET", reason: "AF_UNIX only"),
    Ban(text: "bind(host:", reason: "AF_UNIX only"),
    Ban(text: "connect(host:", reason: "AF_UNIX only"),
    Ban(text: "ipAddress:", reason: "AF_UNIX only", within: ["Sources/AnteroomHTTP/", "Sources/AnteroomClient/"]),
  ]

  /// polkit's process id races: what /proc says of a peer may be about the next process of that number. Of itself
  /// a process may read.
  static let peerProc = Ban(text: "/proc/", reason: "a peer is known by its socket, never by /proc", inStrings: true)

  /// A line for each place in `file` where the ban is broken.
  func violations(in file: SourceFile) -> [String] {
    guard within.contains(where: file.path.hasPrefix), !except.contains(where: file.path.hasPrefix) else { return [] }
    let searched = inStrings ? file.text : file.code
    var found: [String] = []
    for (index, line) in searched.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where stands(in: line) {
      found.append("\(file.path):\(index + 1): `\(text)`: \(reason)")
    }
    return found
  }

  /// True when the text stands in the line as a word of its own: `print(` is not in `fingerprint(`.
  private func stands(in line: Substring) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: text) {
      let before = rest[..<range.lowerBound].last
      let after = rest[range.upperBound...]
      let opens = text.first?.isWord ?? false
      let closes = text.last?.isWord ?? false
      let isWord = !(opens && before?.isWord == true) && !(closes && after.first?.isWord == true)
      if isWord && !(inStrings && after.hasPrefix("self")) { return true }
      rest = after
    }
    return false
  }
}

extension Character {
  fileprivate var isWord: Bool { isLetter || isNumber || self == "_" }
}
