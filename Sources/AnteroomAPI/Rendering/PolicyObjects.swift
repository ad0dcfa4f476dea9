package import AnteroomCore

extension JSONText {
  /// A setting's value as a meeting, the policy and a client write it.
  mutating func policyValue(_ name: String, _ value: PolicyValue) {
    switch value {
    case .word(let word): member(name, word)
    case .number(let number): member(name, number)
    case .flag(let flag): member(name, flag)
    case .null: null(name)
    case .publish(let audio, let video, let screen):
      object(name) { json in
        if let audio { json.member("audio", audio) }
        if let video { json.member("video", video) }
        if let screen { json.member("screen", screen) }
      }
    case .notices(let notices): array(name, notices) { $0.notice($1) }
    }
  }

  mutating func notice(_ notice: Notice) {
    object { json in
      json.member("id", notice.id)
      json.member("version", notice.version)
      json.member("purpose", notice.purpose)
      json.member("text", notice.text)
      json.member("consent", notice.consent)
    }
  }

  mutating func traceLine(_ line: TraceLine) {
    object { json in
      json.member("gate", line.entry.gate.rawValue)
      switch line.entry.verdict {
      case .pass: json.member("verdict", "pass")
      case .wait(let reason, _):
        json.member("verdict", "wait")
        json.member("code", reason.rawValue)
      case .refuse(let reason, _):
        json.member("verdict", "refuse")
        json.member("code", OutsiderView.code(of: reason).rawValue)
      }
      if let setting = line.entry.verdict.setting {
        json.member("setting", setting.rawValue)
        if let level = line.level { json.member("level", level.rawValue) }
      }
    }
  }
}

/// A line of a trace with the level that decided its setting.
package struct TraceLine: Hashable, Sendable {
  package let entry: TraceEntry
  package let level: PolicyLevel?

  static func lines(_ trace: [TraceEntry], _ provenance: [PolicySetting: PolicyLevel]) -> [TraceLine] {
    trace.map { entry in TraceLine(entry: entry, level: entry.verdict.setting.flatMap { provenance[$0] }) }
  }
}
