import AnteroomCore
import AnteroomServices
import SecretMemory

/// Takes the members of a body one by one; what nobody took is refused at the end, so that a misspelt
/// member is never silently without effect.
package struct BodyReader {
  let members: [JSONMember]
  private let pointer: String
  /// Beside the members: which of them somebody asked for. No two have the same name.
  private var taken: [Bool]

  init(_ value: JSONValue, pointer: String = "") throws(Refusal) {
    guard case .object(let members) = value else {
      throw Refusal(.invalidField, "must be an object", pointer: pointer)
    }
    self.members = members
    self.pointer = pointer
    taken = Array(repeating: false, count: members.count)
  }

  mutating func take(_ name: String) -> JSONValue? {
    guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
    taken[index] = true
    return members[index].value
  }

  func isTaken(_ index: Int) -> Bool { taken[index] }

  func pointer(to name: String) -> String { pointer + "/" + name }

  func wrong(_ name: String, _ wanted: String) -> Refusal {
    Refusal(.invalidField, "must be \(wanted)", pointer: pointer(to: name))
  }

  func missing(_ name: String) -> Refusal {
    Refusal(.invalidField, "is missing", pointer: pointer(to: name))
  }

  /// A text of at most `limit` code points; nil where the member is missing.
  mutating func optionalString(_ name: String, limit: Int = 4096) throws(Refusal) -> String? {
    guard let value = take(name) else { return nil }
    guard case .string(let text) = value else { throw wrong(name, "a string") }
    guard text.unicodeScalars.count <= limit else { throw wrong(name, "at most \(limit) characters long") }
    return text
  }

  mutating func string(_ name: String, limit: Int = 4096) throws(Refusal) -> String {
    guard let text = try optionalString(name, limit: limit) else { throw missing(name) }
    return text
  }

  /// A text for people: 1 to `limit` code points without control characters.
  mutating func optionalText(_ name: String, limit: Int) throws(Refusal) -> String? {
    guard let text = try optionalString(name, limit: limit) else { return nil }
    guard !text.isEmpty, !text.unicodeScalars.contains(where: Texts.isForbidden) else {
      throw wrong(name, "1 to \(limit) characters without control characters")
    }
    return text
  }

  mutating func optionalSecret(_ name: String) throws(Refusal) -> SecretBytes? {
    guard let value = take(name) else { return nil }
    guard case .secret(let box) = value, let secret = box.take() else { throw wrong(name, "a string") }
    return secret
  }

  mutating func secret(_ name: String) throws(Refusal) -> SecretBytes {
    guard let secret = try optionalSecret(name) else { throw missing(name) }
    return secret
  }

  mutating func optionalTime(_ name: String) throws(Refusal) -> Instant? {
    guard let text = try optionalString(name, limit: 40) else { return nil }
    guard let time = Instant(rfc3339: text) else { throw wrong(name, "a time as 2026-11-22T08:30:00Z") }
    return time
  }

  /// A whole number within bounds; nil where the member is missing.
  mutating func optionalInteger(_ name: String, in bounds: ClosedRange<Int>) throws(Refusal) -> Int? {
    guard let value = take(name) else { return nil }
    guard case .integer(let number) = value, let number = Int(exactly: number), bounds.contains(number) else {
      throw wrong(name, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }

  mutating func optionalBool(_ name: String) throws(Refusal) -> Bool? {
    guard let value = take(name) else { return nil }
    guard case .bool(let flag) = value else { throw wrong(name, "true or false") }
    return flag
  }

  mutating func optionalWord<Word: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Word.Type
  ) throws(Refusal) -> Word? where Word.RawValue == String {
    guard let value = take(name) else { return nil }
    guard case .string(let text) = value, let word = Word(rawValue: text) else {
      throw wrong(name, "one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// What a change says of a member: nothing, `null`, or what `read` takes.
  mutating func change<Value: Sendable & Hashable>(
    _ name: String, _ read: (inout BodyReader) throws(Refusal) -> Value?
  ) throws(Refusal) -> FieldChange<Value> {
    if let member = members.first(where: { $0.name == name }), case .null = member.value {
      _ = take(name)
      return .clear
    }
    return try read(&self).map(FieldChange.set) ?? .keep
  }

  mutating func optionalObject(_ name: String) throws(Refusal) -> BodyReader? {
    guard let value = take(name) else { return nil }
    return try BodyReader(value, pointer: pointer(to: name))
  }

  mutating func optionalStrings(_ name: String, most: Int) throws(Refusal) -> [String]? {
    guard let value = take(name) else { return nil }
    guard case .array(let values) = value, values.count <= most else {
      throw wrong(name, "a list of at most \(most) strings")
    }
    var texts: [String] = []
    var seen: Set<String> = []
    for (index, value) in values.enumerated() {
      guard case .string(let text) = value else { throw wrong("\(name)/\(index)", "a string") }
      guard seen.insert(text).inserted else { throw wrong("\(name)/\(index)", "named once") }
      texts.append(text)
    }
    return texts
  }

  /// Refuses members that nobody asked for.
  consuming func finish() throws(Refusal) {
    for (member, isTaken) in zip(members, taken) where !isTaken {
      throw Refusal(.invalidField, "is no member of this body", pointer: pointer(to: member.name.jsonPointerEscaped))
    }
  }
}

/// What texts for people may not hold.
enum Texts {
  static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

extension String {
  /// RFC 6901, section 3. What is echoed is cut: a name of 60 kB helps nobody.
  var jsonPointerEscaped: String {
    var text = ""
    for character in self.prefix(64) {
      switch character {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.append(character)
      }
    }
    return text
  }
}
