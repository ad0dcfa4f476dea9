/// The profiles that come with Anteroom: the table of the contract's section 5.1, cell by cell.
package enum BuiltInProfile: String, Sendable, CaseIterable {
  case general, education, health, `public`

  package var values: PolicyValues {
    var values: PolicyValues = [:]
    for row in BuiltInProfile.table {
      values[row.setting] =
        switch self {
        case .general: row.general
        case .education: row.education
        case .health: row.health
        case .public: row.public
        }
    }
    return values
  }

  private typealias Row = (
    setting: PolicySetting, general: PolicyValue, education: PolicyValue, health: PolicyValue, public: PolicyValue
  )

  private static let table: [Row] = [
    (.openTo, "link", "members", "invited", "link"),
    (.passcode, "guests", "guests", "off", "guests"),
    (.waitingRoom, "guests", "everyone", "everyone", "off"),
    (.signIn, "optional", "optional", "optional", "optional"),
    (.hostSecondFactor, true, true, true, true),
    (.beforeHost, "wait", "wait", "wait", "wait"),
    (.hostArrival, "hold", "hold", "hold", "admit_all"),
    (.hostAbsence, "lock_after:300", "end_after:60", "end_after:60", "continue"),
    (.whenLocked, "wait", "refuse", "refuse", "refuse"),
    (.autoLock, nil, 600, nil, nil),
    (.capacity, 100, 60, 8, 1000),
    (.denials, 2, 2, 2, 2),
    (.removedMayReturn, false, false, false, false),
    (.passcodeFailures, 20, 10, 10, 20),
    (.passcodeRotation, "manual", "occurrence", "occurrence", "manual"),
    (.earlyJoin, 900, 300, 300, 900),
    (.publishOnEntry, .silent, .silent, .silent, .silent),
    (.attendance, false, false, false, false),
    (.names, "unconfusable", "given", "unconfusable", "unconfusable"),
    (.phones, "wait", "refuse", "refuse", "as_guest"),
    (.bots, "wait", "refuse", "refuse", "wait"),
    (.stepUp, 900, 300, 300, 900),
    (.notices, .notices([]), .notices([]), .notices([]), .notices([])),
    (.rejoinSeconds, 300, 120, 120, 300),
    (.grantSeconds, 60, 60, 60, 60),
    (.ticketSeconds, 3600, 3600, 3600, 3600),
  ]
}

// So that the table reads like the contract's.
extension PolicyValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral
{
  package init(stringLiteral word: String) { self = .word(word) }
  package init(integerLiteral number: Int) { self = .number(number) }
  package init(booleanLiteral flag: Bool) { self = .flag(flag) }
  package init(nilLiteral: ()) { self = .null }

  fileprivate static let silent = PolicyValue.publish(audio: false, video: false, screen: false)
}
