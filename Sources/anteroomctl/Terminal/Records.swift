import AnteroomClient

/// Objects of a list as rows under columns: those that any of them has, in the order in which they first come, so
/// that a field added tomorrow is shown without a change here.
enum Records {
  static func table(_ items: [JSONValue]) -> (columns: [String], rows: [[String]]) {
    let flat = items.map { fields($0, under: "") }
    var columns: [String] = []
    for (name, _) in flat.joined() where !columns.contains(name) { columns.append(name) }
    let rows = flat.map { pairs in
      columns.map { column in pairs.first { $0.0 == column }.map { Layout.text($0.1) } ?? "-" }
    }
    return (columns, rows)
  }

  private static func fields(_ value: JSONValue, under name: String) -> [(String, JSONValue)] {
    guard let members = value.members, !members.isEmpty else { return [(name, value)] }
    return members.flatMap { fields($0.value, under: name.isEmpty ? $0.name : "\(name).\($0.name)") }
  }
}
