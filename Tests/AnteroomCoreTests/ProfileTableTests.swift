import AnteroomCore
import Testing

/// One cell of the table of the contract's section 5.1.
struct ProfileCell: Sendable, CustomTestStringConvertible {
  let setting: PolicySetting
  let profile: String
  let value: PolicyValue

  var testDescription: String { "\(setting.rawValue) is \(value.shown) in \(profile)" }

  /// The table as the contract has it: setting, then general, education, health, public.
  private static let table = """
    open_to | link | members | invited | link
    passcode | guests | guests | off | guests
    waiting_room | guests | everyone | everyone | off
    sign_in | optional | optional | optional | optional
    host_second_factor | true | true | true | true
    before_host | wait | wait | wait | wait
    host_arrival | hold | hold | hold | admit_all
    host_absence | lock_after:300 | end_after:60 | end_after:60 | continue
    when_locked | wait | refuse | refuse | refuse
    auto_lock | null | 600 | null | null
    capacity | 100 | 60 | 8 | 1000
    denials | 2 | 2 | 2 | 2
    removed_may_return | false | false | false | false
    passcode_failures | 20 | 10 | 10 | 20
    passcode_rotation | manual | occurrence | occurrence | manual
    early_join | 900 | 300 | 300 | 900
    publish_on_entry | all false | all false | all false | all false
    attendance | false | false | false | false
    names | unconfusable | given | unconfusable | unconfusable
    phones | wait | refuse | refuse | as_guest
    bots | wait | refuse | refuse | wait
    step_up | 900 | 300 | 300 | 900
    notices | [] | [] | [] | []
    rejoin_seconds | 300 | 120 | 120 | 300
    grant_seconds | 60 | 60 | 60 | 60
    ticket_seconds | 3600 | 3600 | 3600 | 3600
    """

  static let all: [ProfileCell] = table.split(separator: "\n").flatMap { line in
    let cells = line.split(separator: "|").map { cell in
      String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    guard cells.count == 5, let setting = PolicySetting(rawValue: cells[0]) else { return [ProfileCell]() }
    return zip(["general", "education", "health", "public"], cells.dropFirst()).map {
      ProfileCell(setting: setting, profile: $0, value: value($1))
    }
  }

  private static func value(_ text: String) -> PolicyValue {
    if let number = Int(text) { return .number(number) }
    return switch text {
    case "true": .flag(true)
    case "false": .flag(false)
    case "null": .null
    case "[]": .notices([])
    case "all false": .publish(audio: false, video: false, screen: false)
    case _: .word(text)
    }
  }
}

@Suite struct ProfileTableTests {
  @Test(arguments: ProfileCell.all)
  func `a profile is what the contract says`(cell: ProfileCell) {
    let policy = PolicyBook.standard.effective(profile: cell.profile, hostProfile: nil, own: [:]).policy
    #expect(policy.value(of: cell.setting) == cell.value)
  }

  @Test func `the table has every setting in its order, and four profiles`() {
    #expect(ProfileCell.all.count == PolicySetting.allCases.count * 4)
    let order = stride(from: 0, to: ProfileCell.all.count, by: 4).map { ProfileCell.all[$0].setting }
    #expect(order == PolicySetting.allCases)
    #expect(Set(PolicyBook.standard.profiles.keys) == ["general", "education", "health", "public"])
  }
}
