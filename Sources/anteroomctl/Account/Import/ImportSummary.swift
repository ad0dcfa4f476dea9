import AnteroomClient

/// What became of one account of a list.
struct ImportResult: Equatable {
  enum Outcome: String {
    case imported, exists, refused
  }

  let username: String
  let outcome: Outcome
  /// A hash was taken, or there is a password by now.
  var hasPassword = false
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
    // A daemon that does not say it of one that exists is believed to have a password for it.
    hasPassword = outcome == .exists ? value["has_password"]?.truth ?? true : value["scheme"] != nil
    setupCode = value["setup_code"]?.text
    code = value["code"]?.text ?? ""
    reason = value["detail"]?.text ?? ""
  }

  /// Refused, or somebody has to be handed a code.
  var isWorthALine: Bool {
    switch outcome {
    case .imported, .exists: !hasPassword
    case .refused: true
    }
  }

  /// What is to be done about it, where the daemon did not say why.
  /// - Parameters:
  ///   - record: as it was sent
  ///   - advice: how commands are typed here
  mutating func explain(_ record: ImportRecord, _ advice: Advice) {
    guard isWorthALine, reason.isEmpty else { return }
    switch outcome {
    case .imported: reason = record.note ?? "The list has no password for it."
    // Its code was shown to nobody who can be asked: the run that made it may have been killed before it printed it.
    case .exists:
      reason =
        "It has no password yet. Where its setup code is lost, another is made with: "
        + advice.command("account reset \(advice.username(username))")
    case .refused: break
    }
  }
}

/// How many came to what.
struct ImportSummary: Equatable {
  private(set) var imported = 0
  private(set) var withoutPassword = 0
  private(set) var existing = 0
  private(set) var existingWithoutPassword = 0
  private(set) var taken = 0
  private(set) var refused = 0

  var accounts: Int { imported + existing + refused }

  mutating func count(_ result: ImportResult) {
    switch result.outcome {
    case .imported:
      imported += 1
      if !result.hasPassword { withoutPassword += 1 }
    case .exists:
      existing += 1
      if !result.hasPassword { existingWithoutPassword += 1 }
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
    if existing > 0 {
      lines.append(
        "\(existing) \(existing == 1 ? "was" : "were") there from an earlier import"
          + (existingWithoutPassword > 0
            ? ", \(existingWithoutPassword) of them without a password; the lines say how each gets another code" : ""))
    }
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
