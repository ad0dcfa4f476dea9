import AnteroomCore
import Testing

@Suite struct PolicyChangeTests {
  typealias Row = (setting: PolicySetting, open: PolicyValue, strict: PolicyValue)

  private static let notice = Notice(id: "recording", version: 1, purpose: "minutes", text: "Recorded.", consent: true)
  private static let reworded = Notice(id: "recording", version: 1, purpose: "minutes", text: "Maybe.", consent: true)

  /// For each setting a more open and a stricter value.
  private static let rows: [Row] = [
    (.openTo, .word("link"), .word("members")), (.passcode, .word("guests"), .word("everyone")),
    (.waitingRoom, .word("off"), .word("guests")), (.signIn, .word("optional"), .word("second_factor")),
    (.hostSecondFactor, .flag(false), .flag(true)), (.beforeHost, .word("allow"), .word("wait")),
    (.hostArrival, .word("admit_all"), .word("hold")), (.hostAbsence, .word("continue"), .word("lock_after:300")),
    (.hostAbsence, .word("lock_after:300"), .word("lock_after:60")),
    (.hostAbsence, .word("lock_after:1"), .word("end_after:300")), (.whenLocked, .word("wait"), .word("refuse")),
    (.autoLock, .null, .number(600)), (.autoLock, .number(600), .number(0)), (.capacity, .number(51), .number(50)),
    (.denials, .number(3), .number(2)), (.removedMayReturn, .flag(true), .flag(false)),
    (.passcodeFailures, .number(20), .number(10)), (.passcodeRotation, .word("manual"), .word("occurrence")),
    (.earlyJoin, .number(900), .number(0)),
    (
      .publishOnEntry, .publish(audio: true, video: false, screen: false),
      .publish(audio: false, video: false, screen: false)
    ),
    (.attendance, .flag(true), .flag(false)), (.names, .word("free"), .word("unconfusable")),
    (.phones, .word("as_guest"), .word("wait")), (.bots, .word("wait"), .word("refuse")),
    (.stepUp, .word("never"), .number(3600)), (.stepUp, .number(120), .number(60)),
    (.notices, .notices([]), .notices([notice])), (.rejoinSeconds, .number(300), .number(0)),
    (.grantSeconds, .number(60), .number(10)), (.ticketSeconds, .number(3600), .number(60)),
  ]

  private static func policy(_ setting: PolicySetting, _ value: PolicyValue) -> MeetingPolicy {
    var policy = MeetingPolicy.general
    let isSet = policy.set(setting, to: value)
    precondition(isSet)
    return policy
  }

  @Test(arguments: rows)
  func `one way a setting opens a meeting up, the other way it does not`(row: Row) {
    let (open, strict) = (Self.policy(row.setting, row.open), Self.policy(row.setting, row.strict))
    #expect(strict.changes(to: open).map(\.isLooser) == [true])
    #expect(open.changes(to: strict).map(\.isLooser) == [false])
    #expect(open.changes(to: strict).map(\.setting) == [row.setting])
    #expect(open.changes(to: open).isEmpty)
  }

  @Test func `every setting is in the table`() {
    #expect(Set(Self.rows.map(\.setting)) == Set(PolicySetting.allCases))
  }

  @Test func `a setting that opens is not made good for by one that closes`() {
    var new = Self.policy(.capacity, .number(5))
    let isSet = new.set(.hostArrival, to: .word("admit_all"))
    #expect(isSet)
    let isLooser = MeetingPolicy.general.changes(to: new).contains { $0.isLooser }
    #expect(isLooser)
  }

  @Test func `a part that may be sent opens, though another may not be any more`() {
    let old = Self.policy(.publishOnEntry, .publish(audio: true, video: false, screen: false))
    let new = Self.policy(.publishOnEntry, .publish(audio: false, video: true, screen: false))
    #expect(old.changes(to: new).map(\.isLooser) == [true])
  }

  @Test func `to reword what people agreed to opens, and the audit has no text`() {
    let (old, new) = (Self.policy(.notices, .notices([Self.notice])), Self.policy(.notices, .notices([Self.reworded])))
    #expect(old.changes(to: new).map(\.isLooser) == [true])
    #expect(old.changes(to: new).map(\.shown) == ["recording version 1 -> recording version 1"])
  }

  @Test(arguments: [
    (PolicySetting.capacity, PolicyValue.number(101), PolicyLevel.profile, PolicyValue.number(100)),
    (.stepUp, .word("never"), .profile, .number(900)), (.waitingRoom, .word("off"), .meeting, .word("everyone")),
  ])
  func `whoever speaks for a host loosens nothing, whoever decided it`(
    setting: PolicySetting, value: PolicyValue, level: PolicyLevel, floor: PolicyValue
  ) {
    let base = PolicyBook.standard.effective(
      profile: "general", hostProfile: nil, own: [.waitingRoom: .word("everyone")])
    var asked = base.policy
    let isSet = asked.set(setting, to: value)
    #expect(isSet)
    let broken = base.loosened(by: asked, profile: "general")
    #expect(broken?.setting == setting)
    #expect(broken?.level == level)
    #expect(broken?.floor == floor)
    #expect(base.loosened(by: base.policy, profile: "general") == nil)
  }

  @Test func `a floor that came later stops what is asked for now, and nothing that was said before`() {
    let book = PolicyBook(site: PolicyLayer(floor: [.waitingRoom: .word("everyone")]), profiles: [:])
    let own: PolicyValues = [.waitingRoom: .word("off"), .capacity: .number(5)]
    #expect(book.brokenFloor(own, profile: "general", hostProfile: nil, only: [.capacity]) == nil)
    #expect(book.brokenFloor(own, profile: "general", hostProfile: nil, only: [.waitingRoom])?.level == .site)
    #expect(book.brokenFloor(own, profile: "general", hostProfile: nil)?.setting == .waitingRoom)
  }
}
