/// Who may join at all, from open to strict.
package enum OpenTo: String, Sendable, CaseIterable { case link, members, invited }

/// Who must show the passcode.
package enum PasscodeRequirement: String, Sendable, CaseIterable { case off, guests, everyone }

/// Who waits until a host lets them in.
package enum WaitingRoom: String, Sendable, CaseIterable { case off, guests, uninvited, everyone }

/// Whether anybody gets in before a host is there.
package enum BeforeHost: String, Sendable, CaseIterable { case allow, wait }

/// What newcomers to a locked meeting get.
package enum WhenLocked: String, Sendable, CaseIterable { case wait, refuse }

/// The settings of one meeting that this version decides by. Every one of them is enforced; a setting
/// that is not here is not accepted either.
package struct MeetingPolicy: Hashable, Sendable {
  package var openTo: OpenTo
  package var passcode: PasscodeRequirement
  package var waitingRoom: WaitingRoom
  package var hostSecondFactor: Bool
  package var beforeHost: BeforeHost
  package var whenLocked: WhenLocked
  /// Seats for everybody but hosts, 1 to 100,000.
  package var capacity: Int
  /// After so many wrong passcodes none is compared any more, 1 to 100.
  package var passcodeFailures: Int
  /// How long a grant lives, 10 to 120 seconds.
  package var grantSeconds: Int
  /// How long somebody may wait, 60 to 86,400 seconds.
  package var ticketSeconds: Int

  package init(
    openTo: OpenTo, passcode: PasscodeRequirement, waitingRoom: WaitingRoom, hostSecondFactor: Bool,
    beforeHost: BeforeHost, whenLocked: WhenLocked, capacity: Int, passcodeFailures: Int, grantSeconds: Int,
    ticketSeconds: Int
  ) {
    self.openTo = openTo
    self.passcode = passcode
    self.waitingRoom = waitingRoom
    self.hostSecondFactor = hostSecondFactor
    self.beforeHost = beforeHost
    self.whenLocked = whenLocked
    self.capacity = capacity
    self.passcodeFailures = passcodeFailures
    self.grantSeconds = grantSeconds
    self.ticketSeconds = ticketSeconds
  }

  /// The profile `general` of the contract's section 5.1.
  package static let general = MeetingPolicy(
    openTo: .link, passcode: .guests, waitingRoom: .guests, hostSecondFactor: true, beforeHost: .wait,
    whenLocked: .wait, capacity: 100, passcodeFailures: 20, grantSeconds: 60, ticketSeconds: 3600)

  /// At least one of a narrower `open_to`, a passcode or a waiting room must stand between a stranger
  /// and the room.
  package var isProtected: Bool { openTo != .link || passcode != .off || waitingRoom != .off }
}

/// One setting by its name in the contract, with a value that a meeting asks for.
package enum PolicySetting: String, Sendable, CaseIterable {
  case openTo = "open_to"
  case passcode
  case waitingRoom = "waiting_room"
  case hostSecondFactor = "host_second_factor"
  case beforeHost = "before_host"
  case whenLocked = "when_locked"
  case capacity
  case passcodeFailures = "passcode_failures"
  case grantSeconds = "grant_seconds"
  case ticketSeconds = "ticket_seconds"

  /// The bounds of a number; nil for the settings that are words.
  package var bounds: ClosedRange<Int>? {
    switch self {
    case .capacity: 1...100_000
    case .passcodeFailures: 1...100
    case .grantSeconds: 10...120
    case .ticketSeconds: 60...86_400
    case .openTo, .passcode, .waitingRoom, .hostSecondFactor, .beforeHost, .whenLocked: nil
    }
  }
}

/// A value as a client or the store gives it.
package enum PolicyValue: Hashable, Sendable {
  case word(String)
  case number(Int)
  case flag(Bool)
}

extension MeetingPolicy {
  /// Sets one setting; false where the value is none of the setting's.
  package mutating func set(_ setting: PolicySetting, to value: PolicyValue) -> Bool {
    switch (setting, value) {
    case (.openTo, .word(let word)): return assign(OpenTo(rawValue: word), to: \.openTo)
    case (.passcode, .word(let word)): return assign(PasscodeRequirement(rawValue: word), to: \.passcode)
    case (.waitingRoom, .word(let word)): return assign(WaitingRoom(rawValue: word), to: \.waitingRoom)
    case (.beforeHost, .word(let word)): return assign(BeforeHost(rawValue: word), to: \.beforeHost)
    case (.whenLocked, .word(let word)): return assign(WhenLocked(rawValue: word), to: \.whenLocked)
    case (.hostSecondFactor, .flag(let flag)): return assign(flag, to: \.hostSecondFactor)
    case (.capacity, .number(let number)): return assign(number, in: setting, to: \.capacity)
    case (.passcodeFailures, .number(let number)): return assign(number, in: setting, to: \.passcodeFailures)
    case (.grantSeconds, .number(let number)): return assign(number, in: setting, to: \.grantSeconds)
    case (.ticketSeconds, .number(let number)): return assign(number, in: setting, to: \.ticketSeconds)
    case (_, .word), (_, .number), (_, .flag): return false
    }
  }

  package func value(of setting: PolicySetting) -> PolicyValue {
    switch setting {
    case .openTo: .word(openTo.rawValue)
    case .passcode: .word(passcode.rawValue)
    case .waitingRoom: .word(waitingRoom.rawValue)
    case .hostSecondFactor: .flag(hostSecondFactor)
    case .beforeHost: .word(beforeHost.rawValue)
    case .whenLocked: .word(whenLocked.rawValue)
    case .capacity: .number(capacity)
    case .passcodeFailures: .number(passcodeFailures)
    case .grantSeconds: .number(grantSeconds)
    case .ticketSeconds: .number(ticketSeconds)
    }
  }

  private mutating func assign<Value>(_ value: Value?, to path: WritableKeyPath<MeetingPolicy, Value>) -> Bool {
    guard let value else { return false }
    self[keyPath: path] = value
    return true
  }

  private mutating func assign(
    _ number: Int, in setting: PolicySetting, to path: WritableKeyPath<MeetingPolicy, Int>
  ) -> Bool {
    guard let bounds = setting.bounds, bounds.contains(number) else { return false }
    self[keyPath: path] = number
    return true
  }
}
