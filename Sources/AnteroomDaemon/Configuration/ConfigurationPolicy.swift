import AnteroomCore

extension ConfigurationDraft {
  /// `[policy]` and `[policy.floor]`: what holds for every meeting of the site.
  mutating func readPolicy(_ table: ConfigurationTable) {
    site.merge(table.layer(named: "policy"))
  }

  /// `[profiles.NAME]` and `[profiles.NAME.floor]`.
  mutating func readProfiles(_ table: ConfigurationTable) {
    for name in table.keys {
      guard isProfileName(name) else {
        table.mistake(
          name, "\(name.shown) cannot be the name of a profile", "use 1 to 64 of the letters a to z, digits, - and _")
        continue
      }
      guard let profile = table.table(name) else { continue }
      profiles[name, default: PolicyLayer()].merge(profile.layer(named: "profiles.\(name)"))
    }
  }

  private func isProfileName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { $0.isLowercaseOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
  }
}

extension PolicyLayer {
  /// A later file's word takes the place of an earlier one's.
  fileprivate mutating func merge(_ later: PolicyLayer) {
    values.merge(later.values) { _, new in new }
    floor.merge(later.floor) { _, new in new }
  }
}

extension ConfigurationTable {
  fileprivate func layer(named name: String) -> PolicyLayer {
    var layer = PolicyLayer(values: settings(besides: ["floor"]))
    if let floor = table("floor") { layer.floor = floor.settings(besides: []) }
    return layer
  }

  private func settings(besides other: Set<String>) -> PolicyValues {
    let names = PolicySetting.allCases.map(\.rawValue)
    allow(names + other.sorted())
    var settings: PolicyValues = [:]
    for setting in PolicySetting.allCases where has(setting.rawValue) {
      settings[setting] = value(of: setting)
    }
    return settings
  }

  private func value(of setting: PolicySetting) -> PolicyValue? {
    let key = setting.rawValue
    switch setting.shape {
    case .words(let words):
      guard let text = text(key) else { return nil }
      if words.contains(text) { return .word(text) }
      let known = words.map { "\"\($0)\"" }.joined(separator: ", ")
      mistake(key, "`\(key)` in \(title) is \(text.shown)", "write one of: \(known)")
    case .number(let range): return integer(key, in: range).map(PolicyValue.number)
    case .numberOr(let open, let range):
      // TOML has no null: `never` stands for it.
      if case .text(let word)? = node(key) {
        if word == "never" { return open }
        mistake(
          key, "`\(key)` in \(title) is \(word.shown)",
          "write \"never\", or a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
      }
      return integer(key, in: range).map(PolicyValue.number)
    case .flag: return boolean(key).map(PolicyValue.flag)
    case .hostAbsence:
      guard let text = text(key) else { return nil }
      if HostAbsence(text) != nil { return .word(text) }
      mistake(
        key, "`\(key)` in \(title) is \(text.shown)",
        "write \"continue\", \"lock_after:SECONDS\" or \"end_after:SECONDS\"")
    case .publish:
      guard let parts = table(key) else { return nil }
      parts.allow(["audio", "video", "screen"])
      return .publish(audio: parts.boolean("audio"), video: parts.boolean("video"), screen: parts.boolean("screen"))
    case .notices: return .notices(notices(key))
    }
    return nil
  }

  private func notices(_ key: String) -> [Notice] {
    var notices: [Notice] = []
    for table in tables(key) {
      table.allow(["id", "version", "purpose", "text", "consent"])
      guard let id = table.text("id"), let version = table.integer("version", in: Notice.versions),
        let purpose = table.words("purpose", atMost: Notice.longestPurpose),
        let text = table.words("text", atMost: Notice.longestText), let consent = table.boolean("consent")
      else {
        table.mistakes.add(
          table.spot, "a notice has an id, a version, a purpose, a text and consent",
          "write { id = \"recording\", version = 1, purpose = \"recording\", text = \"…\", consent = true }")
        continue
      }
      guard Notice.isID(id), !notices.contains(where: { $0.id == id }) else {
        table.mistake("id", "\(id.shown) cannot be the id of a notice, or stands twice", "use a to z, 0 to 9 and -")
        continue
      }
      notices.append(Notice(id: id, version: version, purpose: purpose, text: text, consent: consent))
    }
    if notices.count > Notice.most {
      mistake(key, "there are \(notices.count) notices", "keep at most \(Notice.most)")
    }
    return notices
  }

  /// A text for people: in one line, since the store parts by control characters.
  private func words(_ key: String, atMost limit: Int) -> String? {
    guard let text = text(key) else { return nil }
    let isPlain = !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    if !text.isEmpty && isPlain && text.unicodeScalars.count <= limit { return text }
    mistake(
      key, "`\(key)` is empty, too long or holds control characters", "write 1 to \(limit) characters in one line")
    return nil
  }
}
