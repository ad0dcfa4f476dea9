/// JSON as an answer carries it. Members keep their order, so that what is printed stands as it was
/// sent; a number keeps its text, so that nothing is rounded on the way through.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// The number as written (RFC 8259 section 6).
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  package struct Member: Equatable, Sendable {
    package let name: String
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  package static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  /// The member of that name; nil when there is none, or when this is no object.
  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  package var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var truth: Bool? {
    guard case .bool(let truth) = self else { return nil }
    return truth
  }

  package var items: [JSONValue]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  package var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The value of a number that is written as a plain integer and fits.
  package var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }
}
