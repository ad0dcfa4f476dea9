package typealias PolicyValues = [PolicySetting: PolicyValue]

/// Who decided a setting, from the widest to the nearest.
package enum PolicyLevel: String, Sendable, CaseIterable { case site, profile, host, meeting }

/// What one level says: values that nearer levels may change, and floors below which they cannot go.
package struct PolicyLayer: Hashable, Sendable {
  package var values: PolicyValues
  package var floor: PolicyValues

  package init(values: PolicyValues = [:], floor: PolicyValues = [:]) {
    self.values = values
    self.floor = floor
  }
}

/// A policy with the level that decided each setting.
package struct EffectivePolicy: Hashable, Sendable {
  package let policy: MeetingPolicy
  package let provenance: [PolicySetting: PolicyLevel]
}

/// A value that is looser than a level above allows.
package struct BrokenFloor: Hashable, Sendable {
  package let setting: PolicySetting
  package let floor: PolicyValue
  package let level: PolicyLevel
  /// The profile's name, where a profile fixed it.
  package let profile: String?
}

/// The site's policy and its profiles, as the configuration says: everything above the meetings. What is
/// effective is the strictest of the floors and of what the nearest level says.
package final class PolicyBook: Sendable {
  package let site: PolicyLayer
  /// By name: the four that come with Anteroom, with the operator's changes, and the operator's own.
  package let profiles: [String: PolicyLayer]
  /// What holds for meetings that say nothing themselves, put together once.
  private let bases: [Base: EffectivePolicy]

  private struct Base: Hashable {
    let profile: String
    let hostProfile: String?
  }

  /// A meeting's start without further word.
  package static let startingProfile = BuiltInProfile.general.rawValue

  /// Without a configuration.
  package static let standard = PolicyBook(site: PolicyLayer(), profiles: [:])

  /// `profiles` are the operator's: one of a built-in's name changes that.
  package init(site: PolicyLayer, profiles own: [String: PolicyLayer]) {
    self.site = site
    var profiles: [String: PolicyLayer] = [:]
    for profile in BuiltInProfile.allCases {
      // The general profile is what a site starts from, so what the site says stands over it.
      profiles[profile.rawValue] = PolicyLayer(values: profile == .general ? [:] : profile.values)
    }
    for (name, layer) in own {
      let base = profiles[name] ?? PolicyLayer()
      profiles[name] = PolicyLayer(
        values: base.values.merging(layer.values) { _, new in new }, floor: layer.floor)
    }
    self.profiles = profiles
    var bases: [Base: EffectivePolicy] = [:]
    for profile in profiles.keys {
      for host in [nil] + profiles.keys.map(Optional.some) {
        bases[Base(profile: profile, hostProfile: host)] = PolicyBook.resolve(site, profiles, profile, host, [:])
      }
    }
    self.bases = bases
  }

  /// What is in force for a meeting that says `own` itself.
  package func effective(profile: String, hostProfile: String?, own: PolicyValues) -> EffectivePolicy {
    if own.isEmpty, let base = bases[Base(profile: profile, hostProfile: hostProfile)] { return base }
    return PolicyBook.resolve(site, profiles, profile, hostProfile, own)
  }

  /// Whether an account that hosts has to show two factors: what the site says where a meeting says nothing, or, where
  /// it is the stricter, the profile that an operator bound the account to.
  package func hostNeedsSecondFactor(boundTo profile: String?) -> Bool {
    let site = effective(profile: PolicyBook.startingProfile, hostProfile: nil, own: [:]).policy.hostSecondFactor
    guard !site, let profile else { return site }
    return effective(profile: profile, hostProfile: profile, own: [:]).policy.hostSecondFactor
  }

  /// The first value that goes below a floor; what is in force would not be what was asked for.
  /// `only` names the settings that are asked for now: what was allowed when it was said, and is overridden by a
  /// floor that came later, is nobody's attempt to go below it.
  package func brokenFloor(
    _ own: PolicyValues, profile: String, hostProfile: String?, only: Set<PolicySetting>? = nil
  ) -> BrokenFloor? {
    let floors = PolicyBook.floors(site, profiles, profile, hostProfile)
    for setting in PolicySetting.allCases {
      guard let value = own[setting], only?.contains(setting) ?? true else { continue }
      for floor in floors {
        // What adds up cannot be taken away: not to repeat it is no attempt to.
        guard setting != .notices, let least = floor.values[setting], setting.shape.isLooser(value, than: least)
        else { continue }
        return BrokenFloor(setting: setting, floor: least, level: floor.level, profile: floor.profile)
      }
    }
    return nil
  }

  private typealias Floor = (level: PolicyLevel, profile: String?, values: PolicyValues)

  private static func floors(
    _ site: PolicyLayer, _ profiles: [String: PolicyLayer], _ profile: String, _ hostProfile: String?
  ) -> [Floor] {
    var floors: [Floor] = [(.site, nil, site.floor)]
    floors.append((.profile, profile, layer(profile, in: profiles).floor))
    if let hostProfile {
      // Who is bound to a profile cannot make its meetings looser than it.
      let bound = layer(hostProfile, in: profiles)
      let values = site.values.merging(bound.values) { _, near in near }
      floors.append((.host, hostProfile, defaults.merging(values) { _, near in near }))
      floors.append((.host, hostProfile, bound.floor))
    }
    return floors
  }

  private static func resolve(
    _ site: PolicyLayer, _ profiles: [String: PolicyLayer], _ profile: String, _ hostProfile: String?,
    _ own: PolicyValues
  ) -> EffectivePolicy {
    let levels: [(level: PolicyLevel, values: PolicyValues)] = [
      (.profile, defaults), (.site, site.values), (.profile, layer(profile, in: profiles).values), (.meeting, own),
    ]
    let floors = floors(site, profiles, profile, hostProfile)
    var policy = MeetingPolicy.loosest
    var provenance: [PolicySetting: PolicyLevel] = [:]
    for setting in PolicySetting.allCases {
      let shape = setting.shape
      var value: PolicyValue?
      var decided = PolicyLevel.profile
      for (level, values) in levels {
        guard let said = values[setting] else { continue }
        let next = value.map { shape.overlaid(said, on: $0) } ?? said
        // Notices add up: whoever adds none to others' has decided nothing.
        if setting != .notices || next != value || next == said { decided = level }
        value = next
      }
      for floor in floors {
        guard let least = floor.values[setting], let known = value else { continue }
        let strict = shape.stricter(known, least)
        if strict != known { (value, decided) = (strict, floor.level) }
      }
      let isSet = value.map { policy.set(setting, to: $0) } ?? false
      precondition(isSet, "every setting has a value at the general profile at least")
      provenance[setting] = decided
    }
    return EffectivePolicy(policy: policy, provenance: provenance)
  }

  private static let defaults = BuiltInProfile.general.values

  /// A profile that the configuration does not know any more is held at the strictest that there is: its
  /// meetings were made under protections which nobody can look up now.
  private static func layer(_ name: String, in profiles: [String: PolicyLayer]) -> PolicyLayer {
    profiles[name] ?? strictest
  }

  private static let strictest: PolicyLayer = {
    var values = defaults
    for (setting, value) in values {
      values[setting] = BuiltInProfile.allCases.reduce(value) { strict, profile in
        setting.shape.stricter(strict, profile.values[setting] ?? strict)
      }
    }
    return PolicyLayer(values: values, floor: values)
  }()
}
