/// On which line of a TOML text (TOML 1.0) each table, key and element of a list stands. The library gives
/// positions only with syntax errors, so this walks the text a second time; it is only run over text that the
/// library has parsed, and judges nothing.
struct TOMLLines {
  enum Step: Hashable {
    case key(String)
    /// In an array, tables or not, counted from 0.
    case index(Int)
  }

  /// The line of the first `\u0000` in a string: C would take it for the end.
  private(set) var escapedNUL: Int?
  private var lines: [[Step]: Int] = [:]
  /// How many tables an array of tables has so far.
  private var counts: [[Step]: Int] = [:]
  /// The table that keys go into.
  private var table: [Step] = []
  private var cursor: TOMLCursor

  init(_ text: String) {
    cursor = TOMLCursor(text)
    while let byte = cursor.peek {
      switch byte {
      case .newline, .space, .tab, .carriageReturn: cursor.advance()
      case .hash: cursor.skipComment()
      case .openBracket: readHeader()
      default: readKeyAndValue()
      }
    }
    escapedNUL = cursor.escapedNUL
  }

  /// The line of `place`, or of the nearest thing around it that has one: what stands inside an inline table is
  /// found where the table is.
  func line(of place: [Step]) -> Int? {
    var place = place
    while !place.isEmpty {
      if let line = lines[place] { return line }
      place.removeLast()
    }
    return nil
  }

  private mutating func readHeader() {
    let line = cursor.line
    cursor.advance()
    let isArray = cursor.peek == .openBracket
    if isArray { cursor.advance() }
    let keys = cursor.keys(until: .closeBracket)
    cursor.skipLine()
    guard let last = keys.last else { return }
    guard isArray else {
      table = resolve(keys[...])
      return note(table, line, from: 0)
    }
    let array = resolve(keys.dropLast()) + [.key(last)]
    let index = counts[array, default: 0]
    counts[array] = index + 1
    table = array + [.index(index)]
    note(table, line, from: 0)
  }

  private mutating func readKeyAndValue() {
    let line = cursor.line
    let place = table + cursor.keys(until: .equals).map { .key($0) }
    note(place, line, from: table.count)
    guard cursor.peek == .equals else { return cursor.skipLine() }
    cursor.advance()
    for (index, line) in cursor.skipValue().enumerated() { lines[place + [.index(index)]] = line }
  }

  /// A header names an array of tables by its name alone and means the last of its tables.
  private func resolve(_ keys: ArraySlice<String>) -> [Step] {
    var place: [Step] = []
    for key in keys {
      place.append(.key(key))
      if let count = counts[place] { place.append(.index(count - 1)) }
    }
    return place
  }

  /// What is named first counts: `[a.b]` defines `a` as well, unless it was there.
  private mutating func note(_ place: [Step], _ line: Int, from start: Int) {
    for end in (start..<place.count).map({ $0 + 1 }) where lines[Array(place[..<end])] == nil {
      lines[Array(place[..<end])] = line
    }
  }
}
