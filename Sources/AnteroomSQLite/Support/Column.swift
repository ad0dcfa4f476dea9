import AnteroomCore

/// What a column takes: the few types that the schema has.
enum Column {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  case null

  static func flag(_ value: Bool) -> Column { .integer(value ? 1 : 0) }
  static func time(_ value: Instant) -> Column { .integer(value.milliseconds) }
  static func digest(_ value: Digest) -> Column { .blob(value.bytes) }
  static func optional(_ value: String?) -> Column { value.map(Column.text) ?? .null }
  static func optional(_ value: Int64?) -> Column { value.map(Column.integer) ?? .null }
  static func optional(_ value: Instant?) -> Column { value.map(Column.time) ?? .null }
}
