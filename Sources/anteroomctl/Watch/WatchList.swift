/// Who waits and who is in: one line a person where there is room for columns, two where there is not.
struct WatchList {
  /// The columns of a wide list; the name takes what is left beside the marks.
  private enum Column {
    static let joinerClass = 8
    static let verified = 4
    static let standing = 10
    static let since = 7
    static let fixed = 2 + joinerClass + verified + standing + since + 1
  }

  private struct Entry {
    let lines: [[Piece]]
    var person: WatchedPerson?
  }

  private let state: WatchState
  private let width: Int
  private var isWide: Bool { width >= 60 }
  private var nameWidth: Int { min(40, max(12, (width - Column.fixed) / 2)) }

  init(_ state: WatchState, width: Int) {
    self.state = state
    self.width = width
  }

  /// Exactly so many lines, with the selected person among them.
  func lines(_ room: Int) -> [[Piece]] {
    let entries = self.entries
    let all = entries.flatMap(\.lines)
    guard all.count > room, room > 0 else {
      return all.prefix(room) + Array(repeating: [], count: max(0, room - all.count))
    }
    let wanted = line(of: entries)
    let start = min(max(0, wanted - room / 2), all.count - room)
    var shown = Array(all[start..<(start + room)])
    // Nobody should believe to see all.
    if room > 4 {
      if start > 0 { shown[0] = more("^ more above") }
      if start + room < all.count { shown[room - 1] = more("v more below") }
    }
    return shown
  }

  private func more(_ text: String) -> [Piece] { [Piece(column: 2, text: text, look: .quiet)] }

  private var entries: [Entry] {
    let waiting = state.waiting
    let inside = state.inside
    return [heading("WAITING", waiting.count, columns: true)] + people(waiting, orElse: "nobody waits")
      + [Entry(lines: [[]]), heading("IN", inside.count, columns: false)] + people(inside, orElse: "nobody is in")
  }

  private func line(of entries: [Entry]) -> Int {
    var line = 0
    var row = 0
    for entry in entries {
      if let person = entry.person {
        if person.id == state.selection.id || (state.selection.id == nil && row == state.selection.line) {
          return line
        }
        row += 1
      }
      line += entry.lines.count
    }
    return 0
  }

  private func people(_ people: [WatchedPerson], orElse none: String) -> [Entry] {
    if people.isEmpty { return [Entry(lines: [[Piece(column: 2, text: none, look: .quiet)]])] }
    return people.map { person in
      let row = WatchRow(person, state)
      return Entry(lines: isWide ? [wide(row)] : narrow(row), person: person)
    }
  }

  private func heading(_ title: String, _ count: Int, columns: Bool) -> Entry {
    var pieces = [Piece(column: 2, text: "\(title) \(count)", look: .strong)]
    if isWide && columns {
      for (column, text) in zip(starts, ["CLASS", "VER", "FOR", "SINCE", "MARKS"]) {
        pieces.append(Piece(column: column, text: text, look: .quiet))
      }
    }
    return Entry(lines: [pieces])
  }

  /// Where the columns after the name begin.
  private var starts: [Int] {
    [nameWidth + 1, Column.joinerClass, Column.verified, Column.standing, Column.since]
      .reduce(into: [2]) { $0.append(($0.last ?? 0) + $1) }.dropFirst().map { $0 }
  }

  private func wide(_ row: WatchRow) -> [Piece] {
    let texts = [row.person.joinerClass, row.person.verified ? "yes" : "no", row.standing, row.since]
    let widths = [Column.joinerClass, Column.verified, Column.standing, Column.since].map { $0 - 1 }
    let starts = starts
    var pieces = marked(row, nameWidth)
    for (index, text) in texts.enumerated() where !text.isEmpty {
      pieces.append(Piece(column: starts[index], text: Cells.clipped(text, to: widths[index])))
    }
    let marks = row.marks.joined(separator: ", ")
    if !marks.isEmpty {
      pieces.append(Piece(column: starts[4], text: Cells.clipped(marks, to: width - starts[4]), look: .alarm))
    }
    return pieces
  }

  private func narrow(_ row: WatchRow) -> [[Piece]] {
    let since = row.since
    var first = marked(row, width - 3 - Cells.width(since))
    if !since.isEmpty { first.append(Piece(column: width - Cells.width(since), text: since)) }
    let facts = [row.person.joinerClass, row.person.verified ? "verified" : "", row.standing].filter { !$0.isEmpty }
    let second = facts.joined(separator: ", ")
    var pieces = [Piece(column: 4, text: Cells.clipped(second, to: width - 4), look: .quiet)]
    let start = 4 + Cells.width(second) + 2
    let marks = row.marks.joined(separator: ", ")
    if !marks.isEmpty, start < width - 4 {
      pieces.append(Piece(column: start, text: Cells.clipped(marks, to: width - start), look: .alarm))
    }
    return [first, pieces]
  }

  /// The sign says who is selected where nothing can be reversed.
  private func marked(_ row: WatchRow, _ limit: Int) -> [Piece] {
    let isSelected = row.person.id == state.selection.id
    return [
      Piece(column: 0, text: isSelected ? ">" : " "),
      Piece(column: 2, text: Cells.clipped(row.name, to: limit), look: isSelected ? .selected : .plain),
    ]
  }
}
