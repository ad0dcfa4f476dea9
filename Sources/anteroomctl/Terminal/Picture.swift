/// How a piece of text is to look. Each look is also told by words or signs: colour alone says nothing.
enum Look: Equatable, Sendable {
  case plain, strong, quiet, alarm, selected

  /// ECMA-48's select graphic rendition.
  var code: String {
    switch self {
    case .plain: "0"
    case .strong: "0;1"
    case .quiet: "0;2"
    case .alarm: "0;1;31"
    case .selected: "0;7"
    }
  }
}

/// Text at a column, from 0. Where a piece begins is said to the terminal, so that a letter whose width it
/// judges otherwise shifts nothing after it.
struct Piece: Equatable, Sendable {
  let column: Int
  let text: String
  var look = Look.plain
}

/// What a terminal shows: for each line its pieces, in the order of their columns.
struct Picture: Equatable, Sendable {
  var lines: [[Piece]]

  /// The lines as text, as a terminal of that width would show them.
  func text(width: Int) -> [String] {
    lines.map { pieces in
      var line = ""
      for piece in pieces {
        line += String(repeating: " ", count: max(0, piece.column - Cells.width(line)))
        line += Cells.clipped(piece.text, to: width - Cells.width(line))
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// What must be written to get from another picture of the same size to this one.
  func bytes(after before: Picture?, colour: Bool) -> String {
    var output = ""
    for (row, pieces) in lines.enumerated() {
      if let before, row < before.lines.count, before.lines[row] == pieces { continue }
      output += "\u{1B}[\(row + 1);1H\u{1B}[K"
      for piece in pieces {
        output += "\u{1B}[\(piece.column + 1)G"
        output += colour && piece.look != .plain ? "\u{1B}[\(piece.look.code)m\(piece.text)\u{1B}[0m" : piece.text
      }
    }
    return output
  }
}
