/// What a budget counts, in words that stay the same: operators read them.
package enum BudgetKind: String, Sendable, CaseIterable {
  /// One source on one account; without a believed source, one front end on one account.
  case accountSource = "account-source"
  /// One known device of one account, in place of the three that strangers share.
  case device
  /// One source on all accounts.
  case source
  /// All strangers on one account.
  case strangers
  /// The password again, by who is signed in: the delay.
  case confirmation
  /// The same, in a day.
  case confirmations
  case setupCode = "setup-code"
  case registration
  /// All that one front end registers without naming a source.
  case registrations
  /// One source on one meeting's id.
  case join
  /// One source on all meetings.
  case joins
  /// Joins that one source makes in one meeting; they need not fail.
  case knocks
  /// What a person changes of the own account; it need not fail.
  case changes

  /// What stands in the text that the key is a digest of. It never changes, or every bar would be forgotten.
  package var keyLabel: String {
    switch self {
    case .accountSource: "account"
    case .setupCode: "setup"
    case .device, .source, .strangers, .confirmation, .confirmations, .registration, .registrations, .join, .joins,
      .knocks, .changes:
      rawValue
    }
  }

  package var pool: BudgetPool {
    switch self {
    case .accountSource, .device, .source, .strangers, .confirmation, .confirmations: .passwords
    case .setupCode, .registration, .registrations, .join, .joins, .knocks, .changes: .others
    }
  }

  /// Only who has shown a device or a session can make one of these, so their number is bounded by people and not by
  /// what strangers think of.
  package var isOfKnownPeople: Bool {
    switch self {
    case .device, .confirmation, .confirmations, .changes: true
    case .accountSource, .source, .strangers, .setupCode, .registration, .registrations, .join, .joins, .knocks: false
    }
  }

  /// Why it refuses, for whoever looks it up.
  package var why: String {
    switch self {
    case .accountSource: "Wrong passwords for this account from one source; each next try waits longer."
    case .device: "Wrong passwords with a known device of this account; each next try waits longer."
    case .source: "Wrong passwords from one source, over all accounts."
    case .strangers: "Wrong passwords for this account by strangers, from all sources together. Known devices sign in."
    case .confirmation: "Wrong passwords by a session of this account; each next try waits longer."
    case .confirmations: "Wrong passwords by sessions of this account, in a day."
    case .setupCode: "Wrong setup or reset codes for this account from one source."
    case .registration: "Accounts registered from one source."
    case .registrations: "Accounts registered by a front end that names no source."
    case .join: "Wrong passcodes or codes for one meeting's id from one source."
    case .joins: "Wrong passcodes or codes from one source, over all meetings."
    case .knocks: "Joins made in one meeting from one source."
    case .changes: "Changes that a person made to the own account within a minute."
    }
  }
}

/// Which part of the table a budget has its place in. Guesses that cost a hash and those that cost next to nothing do
/// not compete for places: a flood of the cheap ones must not make the house forget the dear ones.
package enum BudgetPool: Int64, Sendable, CaseIterable {
  case passwords = 0
  case others = 1
}

extension BudgetRule {
  /// As it is stored beside what was counted under it.
  package var text: String {
    switch self {
    case .window(let limit, let seconds): "window \(limit) \(seconds)"
    case .sliding(let limit, let seconds): "sliding \(limit) \(seconds)"
    case .delay(let burst, let longest, let forgottenAfter): "delay \(burst) \(longest) \(forgottenAfter)"
    }
  }

  /// Nil for what `text` cannot have given.
  package init?(text: String) {
    let words = text.split(separator: " ")
    let numbers = words.dropFirst().compactMap { Int($0) }
    switch (words.first, numbers.count, words.count) {
    case ("window", 2, 3): self = .window(limit: numbers[0], seconds: numbers[1])
    case ("sliding", 2, 3): self = .sliding(limit: numbers[0], seconds: numbers[1])
    case ("delay", 3, 4): self = .delay(burst: numbers[0], longest: numbers[1], forgottenAfter: numbers[2])
    case _: return nil
    }
  }

  /// So many failures are free of any consequence.
  package var limit: Int {
    switch self {
    case .window(let limit, _), .sliding(let limit, _): limit
    case .delay(let burst, _, _): burst
    }
  }
}
