/// Who may join at all, from open to strict.
package enum OpenTo: String, Sendable, CaseIterable { case link, members, invited }

/// Who must show the passcode.
package enum PasscodeRequirement: String, Sendable, CaseIterable { case off, guests, everyone }

/// Who waits until a host lets them in.
package enum WaitingRoom: String, Sendable, CaseIterable { case off, guests, uninvited, everyone }

/// Whether a session is needed, and with how many factors.
package enum SignInRequirement: String, Sendable, CaseIterable {
  case optional, required
  case secondFactor = "second_factor"
}

/// Whether anybody gets in before a host is there.
package enum BeforeHost: String, Sendable, CaseIterable { case allow, wait }

/// What becomes, when a host comes in, of those who waited for one.
package enum HostArrival: String, Sendable, CaseIterable {
  case admitAll = "admit_all"
  case admitInvited = "admit_invited"
  case hold
}

/// What newcomers to a locked meeting get.
package enum WhenLocked: String, Sendable, CaseIterable { case wait, refuse }

/// When a meeting gets another passcode by itself.
package enum PasscodeRotation: String, Sendable, CaseIterable { case manual, occurrence }

/// Which names joiners go by.
package enum NameRule: String, Sendable, CaseIterable { case free, unconfusable, given }

/// How telephones and room systems come in.
package enum PhoneRule: String, Sendable, CaseIterable {
  case asGuest = "as_guest"
  case wait, refuse
}

/// How programs that record or transcribe come in.
package enum BotRule: String, Sendable, CaseIterable { case wait, refuse }

/// What becomes of a meeting that its hosts have left.
package enum HostAbsence: Hashable, Sendable {
  case `continue`
  case lockAfter(seconds: Int)
  case endAfter(seconds: Int)

  /// As long as anybody could still mean to come back.
  package static let longest = 86_400

  package var text: String {
    switch self {
    case .continue: "continue"
    case .lockAfter(let seconds): "lock_after:\(seconds)"
    case .endAfter(let seconds): "end_after:\(seconds)"
    }
  }

  /// Nil for what is none: digits alone, at most a day.
  package init?(_ text: String) {
    if text == "continue" {
      self = .continue
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, (1...5).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      parts[1].utf8.count == 1 || parts[1].utf8.first != UInt8(ascii: "0"),
      let seconds = Int(parts[1]), seconds <= HostAbsence.longest
    else { return nil }
    switch parts[0] {
    case "lock_after": self = .lockAfter(seconds: seconds)
    case "end_after": self = .endAfter(seconds: seconds)
    case _: return nil
    }
  }

  /// How long the hosts may be away before something is done; nil where nothing is.
  package var seconds: Int? {
    switch self {
    case .continue: nil
    case .lockAfter(let seconds), .endAfter(let seconds): seconds
    }
  }

  /// By kind, then seconds: sooner is stricter.
  var rank: Int {
    switch self {
    case .continue: 0
    case .lockAfter(let seconds): 2 * HostAbsence.longest - seconds
    case .endAfter(let seconds): 4 * HostAbsence.longest - seconds
    }
  }
}

/// What a joiner is told, and where asked agrees to, before it gets a grant.
package struct Notice: Hashable, Sendable {
  package let id: String
  package let version: Int
  /// What it is for, in a few words: recording, transcription, streaming.
  package let purpose: String
  package let text: String
  /// Whether it has to be agreed to; otherwise it has to be shown.
  package let consent: Bool

  package init(id: String, version: Int, purpose: String, text: String, consent: Bool) {
    self.id = id
    self.version = version
    self.purpose = purpose
    self.text = text
    self.consent = consent
  }

  /// 1 to 64 of the lower-case letters, digits and hyphens.
  package static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-")
      }
  }

  package static let versions = 1...1_000_000
  /// At most so many in one policy, and so many characters in their texts and purposes.
  package static let most = 16
  package static let longestText = 2000
  package static let longestPurpose = 200
}
