/// One setting by its name in the contract (section 5.1), in the order of its table.
package enum PolicySetting: String, Sendable, CaseIterable {
  case openTo = "open_to"
  case passcode
  case waitingRoom = "waiting_room"
  case signIn = "sign_in"
  case hostSecondFactor = "host_second_factor"
  case beforeHost = "before_host"
  case hostArrival = "host_arrival"
  case hostAbsence = "host_absence"
  case whenLocked = "when_locked"
  case autoLock = "auto_lock"
  case capacity
  case denials
  case removedMayReturn = "removed_may_return"
  case passcodeFailures = "passcode_failures"
  case passcodeRotation = "passcode_rotation"
  case earlyJoin = "early_join"
  case publishOnEntry = "publish_on_entry"
  case attendance
  case names
  case phones
  case bots
  case stepUp = "step_up"
  case notices
  case rejoinSeconds = "rejoin_seconds"
  case grantSeconds = "grant_seconds"
  case ticketSeconds = "ticket_seconds"
}

/// What values a setting has, and which of two is the stricter.
package enum PolicyShape: Hashable, Sendable {
  /// From open to strict.
  case words([String])
  /// Smaller is stricter.
  case number(ClosedRange<Int>)
  /// A number, smaller being stricter, or what is more open than any: null, or a word for it.
  case numberOr(PolicyValue, ClosedRange<Int>)
  case flag(strict: Bool)
  case hostAbsence
  /// Part by part; what may not be sent is stricter.
  case publish
  /// They add up.
  case notices
}

extension PolicySetting {
  package var shape: PolicyShape {
    switch self {
    case .openTo: .words(OpenTo.allCases.map(\.rawValue))
    case .passcode: .words(PasscodeRequirement.allCases.map(\.rawValue))
    case .waitingRoom: .words(WaitingRoom.allCases.map(\.rawValue))
    case .signIn: .words(SignInRequirement.allCases.map(\.rawValue))
    case .hostSecondFactor: .flag(strict: true)
    case .beforeHost: .words(BeforeHost.allCases.map(\.rawValue))
    case .hostArrival: .words(HostArrival.allCases.map(\.rawValue))
    case .hostAbsence: .hostAbsence
    case .whenLocked: .words(WhenLocked.allCases.map(\.rawValue))
    case .autoLock: .numberOr(.null, 0...86_400)
    case .capacity: .number(1...100_000)
    case .denials: .number(1...10)
    case .removedMayReturn: .flag(strict: false)
    case .passcodeFailures: .number(1...100)
    case .passcodeRotation: .words(PasscodeRotation.allCases.map(\.rawValue))
    case .earlyJoin: .number(0...3600)
    case .publishOnEntry: .publish
    case .attendance: .flag(strict: false)
    case .names: .words(NameRule.allCases.map(\.rawValue))
    case .phones: .words(PhoneRule.allCases.map(\.rawValue))
    case .bots: .words(BotRule.allCases.map(\.rawValue))
    case .stepUp: .numberOr(.word("never"), 60...3600)
    case .notices: .notices
    case .rejoinSeconds: .number(0...3600)
    case .grantSeconds: .number(10...120)
    case .ticketSeconds: .number(60...86_400)
    }
  }
}
