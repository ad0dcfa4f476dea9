import AnteroomCore
import AnteroomSQLite
import Testing

/// A meeting's own settings, as rows keep them.
@Suite struct PolicyTextTests {
  private static let everything: PolicyValues = [
    .openTo: "members", .passcode: "everyone", .waitingRoom: "uninvited", .signIn: "second_factor",
    .hostSecondFactor: false, .beforeHost: "allow", .hostArrival: "admit_invited", .hostAbsence: "end_after:86400",
    .whenLocked: "refuse", .autoLock: 0, .capacity: 100_000, .denials: 10, .removedMayReturn: true,
    .passcodeFailures: 1, .passcodeRotation: "occurrence", .earlyJoin: 0,
    .publishOnEntry: .publish(audio: true, video: nil, screen: false), .attendance: true, .names: "free",
    .phones: "as_guest", .bots: "refuse", .stepUp: 60, .rejoinSeconds: 0, .grantSeconds: 10, .ticketSeconds: 86_400,
    .notices: .notices([
      Notice(id: "a", version: 1_000_000, purpose: "p=1, \"x\"", text: "Ä, 李 = |;\\n", consent: true),
      Notice(id: "b", version: 1, purpose: "q", text: "-", consent: false),
    ]),
  ]

  @Test func `what was written is read again, every setting of it`() {
    #expect(Self.everything.count == PolicySetting.allCases.count)
    #expect(PolicyText.read(PolicyText.write(Self.everything)) == Self.everything)
  }

  @Test(arguments: PolicySetting.allCases)
  func `each alone`(setting: PolicySetting) throws {
    let own = [setting: try #require(Self.everything[setting])]
    #expect(PolicyText.read(PolicyText.write(own)) == own)
  }

  @Test(arguments: [
    [:] as PolicyValues, [.autoLock: nil], [.stepUp: "never"], [.hostAbsence: "continue"], [.notices: .notices([])],
    [.publishOnEntry: .publish(audio: nil, video: nil, screen: nil)],
  ])
  func `nothing, and what is more open than any number`(own: PolicyValues) {
    #expect(PolicyText.read(PolicyText.write(own)) == own)
  }
}
