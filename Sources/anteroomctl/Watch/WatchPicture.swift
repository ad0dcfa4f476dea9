import AnteroomCore

extension WatchState {
  /// The console as a picture of exactly that size.
  func picture(columns: Int, rows height: Int) -> Picture {
    let width = max(10, columns)
    if mode == .help { return Picture(lines: WatchState.fitted(WatchHelp.lines(width, self), to: height)) }
    let top = header(width)
    let bottom = footer(width)
    let room = max(0, height - top.count - bottom.count)
    return Picture(lines: WatchState.fitted(top + WatchList(self, width: width).lines(room) + bottom, to: height))
  }

  /// Where there is not room for all, the last lines stay: they hold the question that waits for an answer.
  private static func fitted(_ lines: [[Piece]], to height: Int) -> [[Piece]] {
    lines.suffix(height) + Array(repeating: [], count: max(0, height - lines.count))
  }

  private func header(_ width: Int) -> [[Piece]] {
    let lock = meeting?.locked == true ? " · LOCKED" : ""
    let right = (meeting?.state ?? "…") + lock
    let title = meeting?.title ?? meetingID
    let room = width - Cells.width(right) - 2
    var lines = [
      [
        Piece(column: 0, text: Cells.clipped(title, to: room), look: .strong),
        Piece(column: width - Cells.width(right), text: right, look: meeting?.locked == true ? .strong : .plain),
      ]
    ]
    lines += WatchState.flow(facts, width).map { [Piece(column: 0, text: $0, look: .quiet)] }
    for warning in warnings {
      lines += Cells.wrapped("! " + warning, to: width).map { [Piece(column: 0, text: $0, look: .alarm)] }
    }
    return lines
  }

  private var facts: [String] {
    var facts = meeting?.title == nil ? [] : [meetingID]
    guard let meeting else { return facts }
    if !meeting.host.isEmpty { facts.append("host \(meeting.host)") }
    facts.append("epoch \(meeting.epoch)")
    facts.append("\(meeting.waiting) waiting")
    if meeting.admitted > 0 { facts.append("\(meeting.admitted) admitted") }
    facts.append("\(meeting.present) in")
    if meeting.passcodeFailures > 0 { facts.append("\(meeting.passcodeFailures) wrong passcodes") }
    return facts
  }

  private var warnings: [String] {
    var warnings: [String] = []
    if case .reconnecting(let attempt, let why) = connection {
      warnings.append("Reconnecting (try \(attempt)): \(why). What is below may be old.")
    }
    if let alarm { warnings.append(alarm + " (x: seen)") }
    if meeting?.mustRotate == true {
      warnings.append("The passcode takes nobody in any more: \(program) meeting passcode \(meetingID)")
    }
    return warnings
  }

  private func footer(_ width: Int) -> [[Piece]] {
    var lines: [[Piece]] = []
    if mode == .list, let selected {
      let about = Cells.wrapped(WatchRow(selected, self).sentence, to: width)
      lines += about.prefix(3).map { [Piece(column: 0, text: $0, look: .quiet)] }
    }
    let (text, look): (String, Look) =
      switch mode {
      case .asking(let deed): ("\(deed.question ?? "") y: yes, any other key: no", .alarm)
      case .writing(let who, let text): ("To \(who?.name ?? "all who wait"): \(visible(text))_", .strong)
      case .list, .help: (notice?.text ?? "", notice?.isFailure == true ? .alarm : .plain)
      }
    let said = text.isEmpty ? [""] : Cells.wrapped(text, to: width)
    lines += said.suffix(4).map { [Piece(column: 0, text: $0, look: look)] }
    return lines + [[Piece(column: 0, text: keys(width), look: .quiet)]]
  }

  private func keys(_ width: Int) -> String {
    let text =
      switch mode {
      case .asking: ["y yes", "n no"]
      case .writing: ["Enter sends", "Esc gives up"]
      case .help: ["any key goes back"]
      case .list where !mayAct: ["? help", "q quit", "watching only: to act, log in"]
      case .list:
        [
          "? help", "q quit", "a admit", "d deny", "r remove", "b back",
          meeting?.locked == true ? "l unlock" : "l lock",
          "s suspend", "m message",
        ]
      }
    return WatchState.flow(text, width, separator: "  ").first ?? ""
  }

  /// Words that stay together, on lines of at most so many columns.
  static func flow(_ parts: [String], _ width: Int, separator: String = " · ") -> [String] {
    var lines: [String] = []
    for part in parts {
      if let last = lines.last, Cells.width(last + separator + part) <= width {
        lines[lines.count - 1] = last + separator + part
      } else {
        lines.append(Cells.clipped(part, to: width))
      }
    }
    return lines
  }
}
