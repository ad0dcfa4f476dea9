import AnteroomClient

/// What became of one account of a list.
struct ImportResult: Equatable {
  enum Outcome: String {
    case imported, exists, refused
  }

  let username: String
  let outcome: Outcome
  var hasHash = false
  var setupCode: String?
  var code = ""
  var reason = ""

  init(username: String, outcome: Outcome, reason: String) {
    self.username = username
    self.outcome = outcome
    self.reason = reason
  }

  init(_ value: JSONValue) {
    username = value["username"]?.text ?? ""
    outcome = value["outcome"]?.text.flatMap(Outcome.init(rawValue:)) ?? .refused
    hasHash = value["scheme"] != nil
    setupCode = value["setup_code"]?.text
    code = value["code"]?.text ?? ""
    reason = value["detail"]?.text ?? ""
  }

  /// Refused, or somebody has to be handed a code.
  var isWorthALine: Bool {
    switch outcome {
    case .imported: !hasHash
    case .exists: false
    case .refused: true
    }
  }
}

/// How many came to what.
struct ImportSummary: Equatable {
  private(set) var imported = 0
  private(set) var withoutPassword = 0
  private(set) var existing = 0
  private(set) var taken = 0
  private(set) var refused = 0

  var accounts: Int { imported + existing + refused }

  mutating func count(_ result: ImportResult) {
    switch result.outcome {
    case .imported:
      imported += 1
      if !result.hasHash { withoutPassword += 1 }
    case .exists: existing += 1
    case .refused:
      refused += 1
      if result.code == "username-taken" { taken += 1 }
    }
  }

  func lines(isTrial: Bool) -> [String] {
    var lines = ["\(imported) \(isTrial ? "would be imported" : "imported")"]
    if withoutPassword > 0 {
      lines[0] +=
        ", \(withoutPassword) of them without a password"
        + (isTrial ? "; each would get a setup code" : "; each sets one with its setup code, which is shown this once")
    }
    if existing > 0 { lines.append("\(existing) were there from an earlier import") }
    if refused > 0 {
      lines.append("\(refused) refused" + (taken > 0 ? ", \(taken) of them because the name is taken" : ""))
    }
    return lines
  }

  func report(on console: Console, isTrial: Bool) {
    for line in lines(isTrial: isTrial) { console.hint(line) }
  }

  /// Nil where all of them are there.
  var failure: Failure? {
    guard refused > 0 else { return nil }
    return Failure(
      taken == refused ? .conflict : .failed,
      "\(refused) of \(ImportProgress.counted(accounts)) \(refused == 1 ? "was" : "were") not imported",
      next: "mend those lines and run it again: what is there is passed over")
  }
}
