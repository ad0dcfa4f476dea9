import AnteroomCore
import Testing

/// The lattice: who decides a setting, and below what nobody goes.
@Suite struct PolicyBookTests {
  private static let silent = PolicyValue.publish(audio: false, video: false, screen: false)

  private static func book(
    site: PolicyLayer = PolicyLayer(), _ profiles: [String: PolicyLayer] = [:]
  ) -> PolicyBook { PolicyBook(site: site, profiles: profiles) }

  @Test(arguments: [
    ([:] as PolicyValues, [:] as PolicyValues, [:] as PolicyValues, 100, PolicyLevel.profile),
    ([.capacity: 50], [:], [:], 50, .site), ([.capacity: 50], [.capacity: 40], [:], 40, .profile),
    ([.capacity: 50], [.capacity: 70], [:], 70, .profile),
    ([.capacity: 50], [.capacity: 40], [.capacity: 90], 90, .meeting),
    ([:], [:], [.capacity: 3], 3, .meeting),
  ])
  func `the nearest level that speaks decides, looser or stricter`(
    site: PolicyValues, profile: PolicyValues, own: PolicyValues, capacity: Int, level: PolicyLevel
  ) {
    let book = Self.book(site: PolicyLayer(values: site), ["school": PolicyLayer(values: profile)])
    let effective = book.effective(profile: "school", hostProfile: nil, own: own)
    #expect(effective.policy.capacity == capacity)
    #expect(effective.provenance[.capacity] == level)
    #expect(effective.provenance.count == PolicySetting.allCases.count)
  }

  @Test(arguments: [
    ([.capacity: 20] as PolicyValues, [:] as PolicyValues, 20, PolicyLevel.site),
    ([:], [.capacity: 30], 30, .profile), ([.capacity: 20], [.capacity: 30], 20, .site),
    ([.capacity: 30], [.capacity: 20], 20, .profile), ([.capacity: 500], [.capacity: 500], 100, .meeting),
  ])
  func `a floor holds what is looser than it, and names itself`(
    site: PolicyValues, profile: PolicyValues, capacity: Int, level: PolicyLevel
  ) {
    let book = Self.book(site: PolicyLayer(floor: site), ["school": PolicyLayer(floor: profile)])
    let effective = book.effective(profile: "school", hostProfile: nil, own: [.capacity: 100])
    #expect(effective.policy.capacity == capacity)
    #expect(effective.provenance[.capacity] == level)
  }

  @Test func `whoever is bound to a profile cannot be looser than it, whatever the meeting starts from`() {
    let own: PolicyValues = [.waitingRoom: "off", .openTo: "invited", .capacity: 500]
    let effective = PolicyBook.standard.effective(profile: "public", hostProfile: "education", own: own)
    #expect(effective.policy.waitingRoom == .everyone)
    #expect(effective.provenance[.waitingRoom] == .host)
    #expect(effective.policy.openTo == .invited)
    #expect(effective.provenance[.openTo] == .meeting)
    #expect(effective.policy.capacity == 60)
    let broken = PolicyBook.standard.brokenFloor(own, profile: "public", hostProfile: "education")
    #expect(broken?.setting == .waitingRoom && broken?.floor == "everyone")
    #expect(broken?.level == .host && broken?.profile == "education")
  }

  @Test func `what may be sent is decided part by part`() {
    let book = Self.book(
      site: PolicyLayer(
        values: [.publishOnEntry: .publish(audio: true, video: nil, screen: nil)],
        floor: [.publishOnEntry: .publish(audio: nil, video: nil, screen: false)]))
    let own: PolicyValues = [.publishOnEntry: .publish(audio: nil, video: true, screen: true)]
    let publish = book.effective(profile: "general", hostProfile: nil, own: own).policy.publishOnEntry
    #expect(publish == Publish(audio: true, video: true, screen: false))
    let broken = book.brokenFloor(own, profile: "general", hostProfile: nil)
    #expect(broken?.setting == .publishOnEntry && broken?.level == .site)
    let kept: PolicyValues = [.publishOnEntry: .publish(audio: nil, video: true, screen: nil)]
    #expect(book.brokenFloor(kept, profile: "general", hostProfile: nil) == nil)
  }

  @Test func `notices add up, and no level rewords another's`() {
    let (site, school, own) = (Fixture.notice("site"), Fixture.notice("school"), Fixture.notice("own", consent: false))
    let book = Self.book(
      site: PolicyLayer(values: [.notices: .notices([site])]),
      ["school": PolicyLayer(values: [.notices: .notices([school])])])
    let meeting = Notice(id: "site", version: 9, purpose: "none", text: "Nothing happens.", consent: false)
    let effective = book.effective(profile: "school", hostProfile: nil, own: [.notices: .notices([meeting, own])])
    #expect(effective.policy.notices == [site, school, own])
    #expect(effective.provenance[.notices] == .meeting)
    let without = book.effective(profile: "school", hostProfile: nil, own: [.notices: .notices([])])
    #expect(without.policy.notices == [site, school])
    #expect(without.provenance[.notices] == .profile)
    #expect(book.brokenFloor([.notices: .notices([])], profile: "school", hostProfile: nil) == nil)
  }

  @Test(arguments: [
    ([.capacity: 50] as PolicyValues, nil as PolicySetting?), ([.capacity: 51], .capacity),
    ([.passcode: "off"], .passcode), ([.passcode: "everyone"], nil),
    ([.waitingRoom: "off", .capacity: 51], .waitingRoom),
    ([.stepUp: "never"], .stepUp), ([.stepUp: 60], nil), ([.autoLock: nil], .autoLock), ([:], nil),
  ])
  func `the first setting below its floor is named, with who fixed it`(own: PolicyValues, broken: PolicySetting?) {
    let book = Self.book(
      site: PolicyLayer(floor: [.capacity: 50, .passcode: "guests"]),
      ["school": PolicyLayer(floor: [.waitingRoom: "guests", .stepUp: 600, .autoLock: 3600])])
    let found = book.brokenFloor(own, profile: "school", hostProfile: nil)
    #expect(found?.setting == broken)
    guard let found else { return }
    let isSites = found.setting == .capacity || found.setting == .passcode
    #expect(found.level == (isSites ? .site : .profile))
    #expect(found.profile == (isSites ? nil : "school"))
  }

  @Test func `a profile that is not known any more is held at the strictest`() {
    let policy = PolicyBook.standard.effective(profile: "gone", hostProfile: nil, own: [.openTo: "link"]).policy
    #expect(policy.openTo == .invited && policy.waitingRoom == .everyone && policy.capacity == 8)
  }

  @Test func `an operator's word on a built-in profile changes what it names alone`() {
    let book = Self.book(["health": PolicyLayer(values: [.capacity: 12])])
    let policy = book.effective(profile: "health", hostProfile: nil, own: [:]).policy
    #expect(policy.capacity == 12 && policy.openTo == .invited)
  }

  @Test(arguments: [
    (OpenTo.link, PasscodeRequirement.off, WaitingRoom.off, false), (.members, .off, .off, true),
    (.link, .guests, .off, true), (.link, .off, .guests, true),
  ])
  func `something stands between a stranger and the room`(
    openTo: OpenTo, passcode: PasscodeRequirement, room: WaitingRoom, isProtected: Bool
  ) {
    var policy = MeetingPolicy.loosest
    (policy.openTo, policy.passcode, policy.waitingRoom) = (openTo, passcode, room)
    #expect(policy.isProtected == isProtected)
  }
}
