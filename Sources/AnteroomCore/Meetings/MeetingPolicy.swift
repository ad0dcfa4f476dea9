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

/// What becomes, when a host comes in, of those who waited for one.
package enum HostArrival: String, Sendable, CaseIterable {
  case admitAll = "admit_all"
  case admitInvited = "admit_invited"
  case hold
}

/// What becomes of a meeting that its hosts have left.
package enum HostAbsence: Hashable, Sendable {
  case `continue`
  case lockAfter(seconds: Int)
  case endAfter(seconds: Int)

  /// As long as anybody could still mean to come back.
  static let longest = 86_400

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
}

/// The settings of one meeting that this version decides by. Every one of them is enforced; a setting
/// that is not here is not accepted either.
package struct MeetingPolicy: Hashable, Sendable {
  package var openTo: OpenTo
  package var passcode: PasscodeRequirement
  package var waitingRoom: WaitingRoom
  package var hostSecondFactor: Bool
  package var beforeHost: BeforeHost
  package var hostArrival: HostArrival
  package var hostAbsence: HostAbsence
  package var whenLocked: WhenLocked
  /// Whether somebody who was removed may knock again in the same occurrence.
  package var removedMayReturn: Bool
  /// Seats for everybody but hosts, 1 to 100,000.
  package var capacity: Int
  /// After so many wrong passcodes none is compared any more, 1 to 100.
  package var passcodeFailures: Int
  /// How long a grant lives, 10 to 120 seconds.
  package var grantSeconds: Int
  /// How long somebody may wait, 60 to 86,400 seconds.
  package var ticketSeconds: Int
  /// For how long somebody whose connection broke may come back to the same seat, 0 to 3,600 seconds.
  package var rejoinSeconds: Int

  package init(
    openTo: OpenTo, passcode: PasscodeRequirement, waitingRoom: WaitingRoom, hostSecondFactor: Bool,
    beforeHost: BeforeHost, hostArrival: HostArrival, hostAbsence: HostAbsence, whenLocked: WhenLocked,
    removedMayReturn: Bool, capacity: Int, passcodeFailures: Int, grantSeconds: Int, ticketSeconds: Int,
    rejoinSeconds: Int
  ) {
    self.openTo = openTo
    self.passcode = passcode
    self.waitingRoom = waitingRoom
    self.hostSecondFactor = hostSecondFactor
    self.beforeHost = beforeHost
    self.hostArrival = hostArrival
    self.hostAbsence = hostAbsence
    self.whenLocked = whenLocked
    self.removedMayReturn = removedMayReturn
    self.capacity = capacity
    self.passcodeFailures = passcodeFailures
    self.grantSeconds = grantSeconds
    self.ticketSeconds = ticketSeconds
    self.rejoinSeconds = rejoinSeconds
  }

  /// The profile `general` of the contract's section 5.1.
  package static let general = MeetingPolicy(
    openTo: .link, passcode: .guests, waitingRoom: .guests, hostSecondFactor: true, beforeHost: .wait,
    hostArrival: .hold, hostAbsence: .lockAfter(seconds: 300), whenLocked: .wait, removedMayReturn: false,
    capacity: 100, passcodeFailures: 20, grantSeconds: 60, ticketSeconds: 3600, rejoinSeconds: 300)

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
  case hostArrival = "host_arrival"
  case hostAbsence = "host_absence"
  case whenLocked = "when_locked"
  case removedMayReturn = "removed_may_return"
  case capacity
  case passcodeFailures = "passcode_failures"
  case grantSeconds = "grant_seconds"
  case ticketSeconds = "ticket_seconds"
  case rejoinSeconds = "rejoin_seconds"

  /// The bounds of a number; nil for the settings that are words.
  package var bounds: ClosedRange<Int>? {
    switch self {
    case .capacity: 1...100_000
    case .passcodeFailures: 1...100
    case .grantSeconds: 10...120
    case .ticketSeconds: 60...86_400
    case .rejoinSeconds: 0...3600
    case .openTo, .passcode, .waitingRoom, .hostSecondFactor, .beforeHost, .hostArrival, .hostAbsence, .whenLocked,
      .removedMayReturn:
      nil
    }
  }
}

extension PolicySetting {
  /// Whether its values are true and false.
  package var isFlag: Bool { self == .hostSecondFactor || self == .removedMayReturn }
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
    case (.hostArrival, .word(let word)): return assign(HostArrival(rawValue: word), to: \.hostArrival)
    case (.hostAbsence, .word(let word)): return assign(HostAbsence(word), to: \.hostAbsence)
    case (.removedMayReturn, .flag(let flag)): return assign(flag, to: \.removedMayReturn)
    case (.rejoinSeconds, .number(let number)): return assign(number, in: setting, to: \.rejoinSeconds)
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
    case .hostArrival: .word(hostArrival.rawValue)
    case .hostAbsence: .word(hostAbsence.text)
    case .whenLocked: .word(whenLocked.rawValue)
    case .removedMayReturn: .flag(removedMayReturn)
    case .capacity: .number(capacity)
    case .passcodeFailures: .number(passcodeFailures)
    case .grantSeconds: .number(grantSeconds)
    case .ticketSeconds: .number(ticketSeconds)
    case .rejoinSeconds: .number(rejoinSeconds)
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
