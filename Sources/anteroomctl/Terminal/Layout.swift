import AnteroomClient

/// How values are laid out for people.
enum Layout {
  /// `key: value` lines with the values in one column. Nested objects become dotted keys, so that a
  /// field added tomorrow is shown without a change here.
  static func fields(_ value: JSONValue, and more: [(String, JSONValue?)] = []) -> [String] {
    var pairs: [(String, String)] = []
    flatten(value, name: "", into: &pairs)
    return aligned(pairs + more.compactMap { name, value in value.map { (name, text($0)) } })
  }

  static func aligned(_ pairs: [(String, String)]) -> [String] {
    let width = pairs.map { columns($0.0) }.max() ?? 0
    return pairs.map { "\(visible($0.0)):\(spaces(width - columns($0.0) + 1))\(visible($0.1))" }
  }

  /// Columns under headings; the last column is not padded. Where the others leave it no room in a terminal of
  /// `width` columns, each row is set in lines instead: wrapped columns stand under nothing.
  static func table(_ headings: [String], _ rows: [[String]], within width: Int? = nil) -> [String] {
    let all = [headings] + rows.map { row in row.map { visible($0) } }
    let widths = headings.indices.map { column in all.map { columns($0[column]) }.max() ?? 0 }
    let least = widths.dropLast().reduce(0) { $0 + $1 + 2 } + min(widths.last ?? 0, 20)
    if let width, least > width, !rows.isEmpty {
      let records = rows.map { aligned(Array(zip(headings, $0)).filter { !$0.0.isEmpty || !$0.1.isEmpty }) }
      return Array(records.joined(separator: [""]))
    }
    return all.map { row in
      row.indices.map { column in
        column == row.count - 1 ? row[column] : row[column] + spaces(widths[column] - columns(row[column]) + 2)
      }.joined()
    }
  }

  /// One value on one line.
  static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null: "-"
    case .bool(let truth): truth ? "yes" : "no"
    case .number(let text), .string(let text): text
    case .array(let items) where items.isEmpty: "-"
    case .array(let items): items.map { text($0) }.joined(separator: ", ")
    case .object(let members): members.map { "\($0.name)=\(text($0.value))" }.joined(separator: " ")
    }
  }

  private static func flatten(_ value: JSONValue, name: String, into pairs: inout [(String, String)]) {
    switch value {
    case .object(let members) where !members.isEmpty:
      for member in members {
        flatten(member.value, name: name.isEmpty ? member.name : "\(name).\(member.name)", into: &pairs)
      }
    case .array(let items) where items.contains(where: { $0.members != nil }):
      for (index, item) in items.enumerated() { flatten(item, name: "\(name).\(index + 1)", into: &pairs) }
    case .array(let items) where name == "warnings" && !items.isEmpty:
      for item in items { pairs.append((name, text(item))) }
    case _: pairs.append((name, text(value)))
    }
  }

  private static func columns(_ text: String) -> Int { Cells.width(visible(text)) }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
