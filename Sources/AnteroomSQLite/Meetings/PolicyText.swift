package import AnteroomCore

/// A meeting's own settings as they are stored: `name=value`, a line each. All others come from above, so
/// that a profile that is made stricter reaches the meetings that follow it.
package enum PolicyText {
  package static func write(_ own: PolicyValues) -> String {
    PolicySetting.allCases.compactMap { setting in own[setting].map { "\(setting.rawValue)=\(text($0))" } }
      .joined(separator: "\n")
  }

  package static func read(_ text: String) -> PolicyValues {
    var own: PolicyValues = [:]
    if text.isEmpty { return own }
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "="), let setting = PolicySetting(rawValue: String(line[..<equals]))
      else { preconditionFailure("a setting that no version has written") }
      let value = value(String(line[line.index(after: equals)...]), of: setting.shape)
      precondition(setting.shape.holds(value), "a value that no version has written")
      own[setting] = value
    }
    return own
  }

  private static func text(_ value: PolicyValue) -> String {
    switch value {
    case .word(let word): word
    case .number(let number): String(number)
    case .flag(let flag): String(flag)
    case .null: "null"
    case .publish(let audio, let video, let screen):
      [audio, video, screen].map { $0.map(String.init) ?? "-" }.joined(separator: ",")
    case .notices(let notices): notices.map(text).joined(separator: "\u{1E}")
    }
  }

  /// Texts for people hold no control characters, so these part them.
  private static func text(_ notice: Notice) -> String {
    [notice.id, String(notice.version), notice.purpose, String(notice.consent), notice.text].joined(separator: "\u{1F}")
  }

  private static func value(_ text: String, of shape: PolicyShape) -> PolicyValue {
    switch shape {
    case .words, .hostAbsence: return .word(text)
    case .number: return Int(text).map(PolicyValue.number) ?? .null
    case .numberOr(let open, _): return Int(text).map(PolicyValue.number) ?? open
    case .flag: return .flag(text == "true")
    case .publish:
      let parts = text.split(separator: ",").map { $0 == "-" ? nil : $0 == "true" }
      precondition(parts.count == 3)
      return .publish(audio: parts[0], video: parts[1], screen: parts[2])
    case .notices: return .notices(text.split(separator: "\u{1E}").map(notice))
    }
  }

  private static func notice(_ text: Substring) -> Notice {
    let parts = text.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
    precondition(parts.count == 5, "a notice that no version has written")
    return Notice(
      id: parts[0], version: Int(parts[1]) ?? 0, purpose: parts[2], text: parts[4], consent: parts[3] == "true")
  }
}
