/// One setting that is in force with another value than before.
package struct SettingChange: Hashable, Sendable {
  package let setting: PolicySetting
  package let old: PolicyValue
  package let new: PolicyValue

  /// Whether it lets in, keeps or shows more than before, by the setting's own order.
  package var isLooser: Bool { setting.shape.isLooser(new, than: old) }

  /// For the audit: names of settings and values, notices by id and version.
  package var shown: String { "\(old.shown) -> \(new.shown)" }
}

extension MeetingPolicy {
  /// What differs in another policy, in the order of the contract's table.
  package func changes(to other: MeetingPolicy) -> [SettingChange] {
    PolicySetting.allCases.compactMap { setting in
      let (old, new) = (value(of: setting), other.value(of: setting))
      return old == new ? nil : SettingChange(setting: setting, old: old, new: new)
    }
  }
}

extension EffectivePolicy {
  /// The first setting in which another policy is looser than this one, as the floor that it would break: whoever
  /// speaks for a host loosens nothing.
  package func loosened(by other: MeetingPolicy, profile: String) -> BrokenFloor? {
    guard let change = policy.changes(to: other).first(where: \.isLooser) else { return nil }
    let level = provenance[change.setting] ?? .meeting
    return BrokenFloor(setting: change.setting, floor: change.old, level: level, profile: profile)
  }
}

extension MeetingPolicy {
  /// Whether a session may do what opens the meeting up (`step_up`): what it showed last was shown recently enough,
  /// and was the second factor where the account has one. A password over a second factor says nothing new: it is
  /// what a thief of the session may have read over a shoulder.
  package func isSteppedUp(_ session: Session, of account: Account, at now: Instant) -> Bool {
    guard let seconds = stepUp else { return true }
    guard session.factors >= 2 || !account.hasSecondFactor else { return false }
    return now <= session.authenticatedAt.adding(seconds: seconds)
  }
}

extension PasscodeKind {
  /// Of what is generated: 8 digits have 27 bits, 10 characters 50, 5 words 64.
  private var bits: Int {
    switch self {
    case .digits: 27
    case .characters: 50
    case .words: 64
    }
  }

  package func isWeaker(than other: PasscodeKind) -> Bool { bits < other.bits }
}

extension JoinRole {
  private var reach: Int {
    switch self {
    case .viewer: 0
    case .participant: 1
    case .cohost: 2
    case .host: 3
    }
  }

  /// Whether it may do more than another.
  package func isMore(than other: JoinRole) -> Bool { reach > other.reach }
}
