import AnteroomCore

extension BodyReader {
  /// Settings by their names, each with a value of its own.
  mutating func settings() throws(Refusal) -> PolicyValues {
    var settings: PolicyValues = [:]
    for (index, member) in members.enumerated() where !isTaken(index) {
      guard let setting = PolicySetting(rawValue: member.name) else {
        throw Refusal(.invalidField, "is no setting", pointer: pointer(to: member.name.jsonPointerEscaped))
      }
      guard let value = take(member.name) else { continue }
      let read = try value.setting(setting.shape, pointer: pointer(to: member.name))
      guard setting.shape.holds(read) else { throw wrong(member.name, setting.shape.wanted) }
      settings[setting] = read
    }
    return settings
  }

  /// As `settings`, and `null` takes a setting back to what the levels above say, where it is no value of its own.
  mutating func settingChanges() throws(Refusal) -> [PolicySetting: PolicyValue?] {
    var changes: [PolicySetting: PolicyValue?] = [:]
    for member in members {
      if case .null = member.value, let setting = PolicySetting(rawValue: member.name), !setting.shape.holds(.null) {
        _ = take(member.name)
        changes.updateValue(nil, forKey: setting)
      }
    }
    for (setting, value) in try settings() { changes[setting] = value }
    return changes
  }

  fileprivate mutating func notice() throws(Refusal) -> Notice {
    let id = try string("id", limit: 64)
    guard Notice.isID(id) else { throw wrong("id", "1 to 64 of a to z, 0 to 9 and -") }
    guard let version = try optionalInteger("version", in: Notice.versions) else { throw missing("version") }
    guard let purpose = try optionalText("purpose", limit: Notice.longestPurpose) else { throw missing("purpose") }
    guard let text = try optionalText("text", limit: Notice.longestText) else { throw missing("text") }
    guard let consent = try optionalBool("consent") else { throw missing("consent") }
    return Notice(id: id, version: version, purpose: purpose, text: text, consent: consent)
  }

  /// `[{id, version, agreed?}]`: what a joiner says to notices.
  mutating func noticeAnswers(_ name: String) throws(Refusal) -> [NoticeAnswer] {
    guard let value = take(name) else { return [] }
    guard case .array(let values) = value, values.count <= Notice.most * 2 else {
      throw wrong(name, "a list of answers to notices")
    }
    var answers: [NoticeAnswer] = []
    for (index, value) in values.enumerated() {
      var body = try BodyReader(value, pointer: pointer(to: "\(name)/\(index)"))
      let answer = try body.noticeAnswer()
      try body.finish()
      guard !answers.contains(where: { $0.id == answer.id }) else { throw wrong("\(name)/\(index)/id", "named once") }
      answers.append(answer)
    }
    return answers
  }

  mutating func noticeAnswer() throws(Refusal) -> NoticeAnswer {
    let id = try string("id", limit: 64)
    guard let version = try optionalInteger("version", in: Notice.versions) else { throw missing("version") }
    return NoticeAnswer(id: id, version: version, agreed: try optionalBool("agreed") ?? false)
  }
}

extension JSONValue {
  fileprivate func setting(_ shape: PolicyShape, pointer: String) throws(Refusal) -> PolicyValue {
    func wrong() -> Refusal { Refusal(.invalidField, "must be " + shape.wanted, pointer: pointer) }
    switch (self, shape) {
    case (.string(let word), _): return .word(word)
    case (.integer(let number), _): return .number(Int(clamping: number))
    case (.bool(let flag), _): return .flag(flag)
    case (.null, _): return .null
    case (.object, .publish):
      var parts = try BodyReader(self, pointer: pointer)
      let value = PolicyValue.publish(
        audio: try parts.optionalBool("audio"), video: try parts.optionalBool("video"),
        screen: try parts.optionalBool("screen"))
      try parts.finish()
      return value
    case (.array(let values), .notices):
      var notices: [Notice] = []
      for (index, value) in values.enumerated() {
        var body = try BodyReader(value, pointer: "\(pointer)/\(index)")
        notices.append(try body.notice())
        try body.finish()
      }
      return .notices(notices)
    case (.object, _), (.array, _), (.secret, _), (.decimal, _): throw wrong()
    }
  }
}

extension PolicyShape {
  /// What a value of it looks like, for whoever wrote another.
  var wanted: String {
    switch self {
    case .words(let words): "one of " + words.joined(separator: ", ")
    case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .numberOr(let open, let range):
      "\(open.shown), or a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .hostAbsence: "continue, lock_after:SECONDS or end_after:SECONDS"
    case .publish: "an object of audio, video and screen, each true or false"
    case .notices: "a list of at most \(Notice.most) notices, each id once"
    }
  }
}
