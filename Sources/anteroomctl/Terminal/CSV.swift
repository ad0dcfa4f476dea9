/// Comma-separated values (RFC 4180), read and written.
enum CSV {
  enum Refusal: Error, Equatable {
    /// A quote that is not closed, or that stands in the middle of a field; the line, from 1.
    case quote(line: Int)
  }

  /// The records with the line that each begins on, from 1; empty lines are passed over. Lines may end in LF or
  /// CR LF, and a byte order mark is no part of the first field.
  static func read(_ text: String) throws(Refusal) -> [(line: Int, fields: [String])] {
    var records: [(line: Int, fields: [String])] = []
    var scalars = text.unicodeScalars[...]
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var line = 1
    while !scalars.isEmpty {
      let start = line
      let fields = try record(&scalars, &line)
      if fields != [""] { records.append((start, fields)) }
    }
    return records
  }

  private static func record(
    _ scalars: inout Substring.UnicodeScalarView, _ line: inout Int
  ) throws(Refusal) -> [String] {
    var fields: [String] = []
    while true {
      fields.append(try field(&scalars, &line))
      guard let end = scalars.popFirst() else { return fields }
      if end == "\r", scalars.first == "\n" { scalars.removeFirst() }
      if end != "," {
        line += 1
        return fields
      }
      if scalars.isEmpty { return fields + [""] }
    }
  }

  /// Up to a comma, a line's end or the end, which is left standing.
  private static func field(
    _ scalars: inout Substring.UnicodeScalarView, _ line: inout Int
  ) throws(Refusal) -> String {
    let start = line
    var field = String.UnicodeScalarView()
    guard scalars.first == "\"" else {
      while let next = scalars.first, next != ",", next != "\n", next != "\r" {
        if next == "\"" { throw .quote(line: line) }
        field.append(next)
        scalars.removeFirst()
      }
      return String(field)
    }
    scalars.removeFirst()
    while let next = scalars.popFirst() {
      if next == "\"" {
        guard scalars.first == "\"" else {
          guard scalars.first == nil || scalars.first == "," || scalars.first == "\n" || scalars.first == "\r" else {
            throw .quote(line: line)
          }
          return String(field)
        }
        scalars.removeFirst()
      }
      if next == "\n" { line += 1 }
      field.append(next)
    }
    throw .quote(line: start)
  }

  /// One record without its line end. A field that a spreadsheet would take for a formula gets an apostrophe in
  /// front: a guest chooses a name, and who opens the list should not run it.
  static func line(_ fields: [String]) -> String {
    fields.map { field in
      let formula = field.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
      let text = formula ? "'" + field : field
      let needsQuotes = text.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
      return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }.joined(separator: ",")
  }
}
