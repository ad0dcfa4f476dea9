/// What a meeting is decided by: every setting, as it is in force. Each is enforced; a setting that is not
/// here is not accepted either.
package struct MeetingPolicy: Hashable, Sendable {
  package var openTo = OpenTo.link
  package var passcode = PasscodeRequirement.off
  package var waitingRoom = WaitingRoom.off
  package var signIn = SignInRequirement.optional
  package var hostSecondFactor = false
  package var beforeHost = BeforeHost.allow
  package var hostArrival = HostArrival.admitAll
  package var hostAbsence = HostAbsence.continue
  package var whenLocked = WhenLocked.wait
  /// The meeting locks itself so many seconds after the first admission of anybody but a host; nil for never.
  package var autoLock: Int?
  /// Seats for everybody but hosts.
  package var capacity = 100_000
  /// Denied so often means barred for the occurrence.
  package var denials = 10
  /// Whether somebody who was removed may knock again in the same occurrence.
  package var removedMayReturn = true
  /// After so many wrong passcodes none is compared any more.
  package var passcodeFailures = 100
  package var passcodeRotation = PasscodeRotation.manual
  /// For how many seconds before `opens_at` one may already knock.
  package var earlyJoin = 3600
  package var publishOnEntry = Publish.everything
  /// Whether who was there is kept after the end.
  package var attendance = true
  package var names = NameRule.free
  package var phones = PhoneRule.asGuest
  package var bots = BotRule.wait
  /// How many seconds ago a second factor may have been shown for an act that opens the meeting up; nil for ever.
  package var stepUp: Int?
  package var notices: [Notice] = []
  /// For how many seconds somebody whose connection broke may come back to the same seat.
  package var rejoinSeconds = 3600
  /// How many seconds a grant lives.
  package var grantSeconds = 120
  /// How many seconds somebody may wait.
  package var ticketSeconds = 86_400

  /// The bottom of the lattice: every setting at its most open. Not a policy for anybody.
  package static let loosest = MeetingPolicy()

  private init() {}

  /// At least one of a narrower `open_to`, a passcode or a waiting room must stand between a stranger
  /// and the room.
  package var isProtected: Bool { openTo != .link || passcode != .off || waitingRoom != .off }

  /// The profile `general` of the contract's section 5.1.
  package static let general = PolicyBook.standard.effective(profile: "general", hostProfile: nil, own: [:]).policy
}

extension MeetingPolicy {
  /// Sets one setting; false where the value is none of the setting's.
  package mutating func set(_ setting: PolicySetting, to value: PolicyValue) -> Bool {
    guard setting.shape.holds(value) else { return false }
    switch setting {
    case .openTo: assign(value, to: \.openTo)
    case .passcode: assign(value, to: \.passcode)
    case .waitingRoom: assign(value, to: \.waitingRoom)
    case .signIn: assign(value, to: \.signIn)
    case .hostSecondFactor: assign(value, to: \.hostSecondFactor)
    case .beforeHost: assign(value, to: \.beforeHost)
    case .hostArrival: assign(value, to: \.hostArrival)
    case .hostAbsence: if case .word(let word) = value { hostAbsence = HostAbsence(word) ?? hostAbsence }
    case .whenLocked: assign(value, to: \.whenLocked)
    case .autoLock: autoLock = value.integer
    case .capacity: assign(value, to: \.capacity)
    case .denials: assign(value, to: \.denials)
    case .removedMayReturn: assign(value, to: \.removedMayReturn)
    case .passcodeFailures: assign(value, to: \.passcodeFailures)
    case .passcodeRotation: assign(value, to: \.passcodeRotation)
    case .earlyJoin: assign(value, to: \.earlyJoin)
    case .publishOnEntry:
      guard case .publish(let audio, let video, let screen) = value else { return false }
      publishOnEntry = Publish(
        audio: audio ?? publishOnEntry.audio, video: video ?? publishOnEntry.video,
        screen: screen ?? publishOnEntry.screen)
    case .attendance: assign(value, to: \.attendance)
    case .names: assign(value, to: \.names)
    case .phones: assign(value, to: \.phones)
    case .bots: assign(value, to: \.bots)
    case .stepUp: stepUp = value.integer
    case .notices: if case .notices(let list) = value { notices = list }
    case .rejoinSeconds: assign(value, to: \.rejoinSeconds)
    case .grantSeconds: assign(value, to: \.grantSeconds)
    case .ticketSeconds: assign(value, to: \.ticketSeconds)
    }
    return true
  }

  package func value(of setting: PolicySetting) -> PolicyValue {
    switch setting {
    case .openTo: .word(openTo.rawValue)
    case .passcode: .word(passcode.rawValue)
    case .waitingRoom: .word(waitingRoom.rawValue)
    case .signIn: .word(signIn.rawValue)
    case .hostSecondFactor: .flag(hostSecondFactor)
    case .beforeHost: .word(beforeHost.rawValue)
    case .hostArrival: .word(hostArrival.rawValue)
    case .hostAbsence: .word(hostAbsence.text)
    case .whenLocked: .word(whenLocked.rawValue)
    case .autoLock: autoLock.map(PolicyValue.number) ?? .null
    case .capacity: .number(capacity)
    case .denials: .number(denials)
    case .removedMayReturn: .flag(removedMayReturn)
    case .passcodeFailures: .number(passcodeFailures)
    case .passcodeRotation: .word(passcodeRotation.rawValue)
    case .earlyJoin: .number(earlyJoin)
    case .publishOnEntry:
      .publish(audio: publishOnEntry.audio, video: publishOnEntry.video, screen: publishOnEntry.screen)
    case .attendance: .flag(attendance)
    case .names: .word(names.rawValue)
    case .phones: .word(phones.rawValue)
    case .bots: .word(bots.rawValue)
    case .stepUp: stepUp.map(PolicyValue.number) ?? .word("never")
    case .notices: .notices(notices)
    case .rejoinSeconds: .number(rejoinSeconds)
    case .grantSeconds: .number(grantSeconds)
    case .ticketSeconds: .number(ticketSeconds)
    }
  }

  private mutating func assign<Word: RawRepresentable>(
    _ value: PolicyValue, to path: WritableKeyPath<MeetingPolicy, Word>
  ) where Word.RawValue == String {
    if case .word(let text) = value, let word = Word(rawValue: text) { self[keyPath: path] = word }
  }

  private mutating func assign(_ value: PolicyValue, to path: WritableKeyPath<MeetingPolicy, Int>) {
    if let number = value.integer { self[keyPath: path] = number }
  }

  private mutating func assign(_ value: PolicyValue, to path: WritableKeyPath<MeetingPolicy, Bool>) {
    if case .flag(let flag) = value { self[keyPath: path] = flag }
  }
}

extension PolicyValue {
  fileprivate var integer: Int? {
    if case .number(let number) = self { number } else { nil }
  }
}
