import AnteroomCore
import AnteroomDaemon
import Testing

struct PolicyConfigurationTests {
  @Test func `every setting can be set for the site, as a floor and in a profile`() throws {
    for setting in PolicySetting.allCases where setting != .publishOnEntry && setting != .notices {
      let value = MeetingPolicy.general.value(of: setting)
      let written =
        switch value {
        case .word(let word): "\"\(word)\""
        case .number(let number): String(number)
        case .flag(let flag): String(flag)
        case .null: "\"never\""
        case .publish, .notices: ""
        }
      let read = try reading(
        """
        [policy]
        \(setting.rawValue) = \(written)
        [policy.floor]
        \(setting.rawValue) = \(written)
        [profiles.clinic]
        \(setting.rawValue) = \(written)
        [profiles.clinic.floor]
        \(setting.rawValue) = \(written)
        """
      ).get().policies
      #expect(read.site == PolicyLayer(values: [setting: value], floor: [setting: value]))
      #expect(read.profiles == ["clinic": PolicyLayer(values: [setting: value], floor: [setting: value])])
    }
  }

  @Test func `what may be sent is said part by part, and notices are tables`() throws {
    let read = try reading(
      """
      [policy]
      publish_on_entry = { audio = true }
      [[policy.notices]]
      id = "recording"
      version = 3
      purpose = "recording"
      text = "This meeting is recorded."
      consent = true
      """
    ).get().policies.site.values
    #expect(read[.publishOnEntry] == .publish(audio: true, video: nil, screen: nil))
    let notice = Notice(
      id: "recording", version: 3, purpose: "recording", text: "This meeting is recorded.", consent: true)
    #expect(read[.notices] == .notices([notice]))
  }
}
