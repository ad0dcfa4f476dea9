/// What the keys do.
enum WatchHelp {
  private static let acts: [(String, String)] = [
    ("a", "admit whoever is selected"),
    ("A", "admit all who wait, but whoever should be looked at"),
    ("d", "deny: they may ask again"),
    ("D", "deny and keep out, until unbanned"),
    ("r", "remove and keep out, until unbanned"),
    ("R", "remove: they may ask again"),
    ("b", "send back to the waiting room"),
    ("l", "lock or unlock: newcomers wait or are refused"),
    ("s", "suspend: everyone but the hosts waits, locked"),
    ("e", "end the meeting"),
    ("m", "a message to whoever is selected"),
    ("M", "a message to all who wait"),
  ]

  private static let others: [(String, String)] = [
    ("j k", "select, as the arrows do; g G first and last"),
    ("x", "an alarm is seen"),
    ("^L", "draw anew"),
    ("q", "quit"),
  ]

  private static let words = [
    "A name is what the person typed; VER says that an account stands behind it.",
    "unproven: came in after too many wrong passcodes, or after somebody was removed.",
  ]

  static func lines(_ width: Int, _ state: WatchState) -> [[Piece]] {
    var lines = [[Piece(column: 0, text: "Keys", look: .strong)]]
    for (key, meaning) in (state.mayAct ? acts : []) + others {
      lines.append([
        Piece(column: 1, text: key, look: .strong), Piece(column: 6, text: Cells.clipped(meaning, to: width - 6)),
      ])
    }
    lines.append([])
    let said = state.mayAct ? words : ["Watching only: to act as the host, run \(state.program) login."] + words
    for text in said { lines += Cells.wrapped(text, to: width).map { [Piece(column: 0, text: $0)] } }
    lines.append([Piece(column: 0, text: Cells.clipped("any key goes back", to: width), look: .quiet)])
    return lines
  }
}
