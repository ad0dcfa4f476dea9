import AnteroomClient
import AnteroomCore
import Glibc
import Testing

@testable import anteroomctl

@Suite struct WatchPictureTests {
  private struct Screen {
    let title: String
    let columns: Int
    let rows: Int
    let state: WatchState
  }

  private static func after(_ keys: String, _ state: WatchState = WatchSamples.state()) -> WatchState {
    var state = state
    for key in keys { _ = state.apply(.key(.character(key))) }
    return state
  }

  private static func with(_ inputs: [WatchInput], _ state: WatchState = WatchSamples.state()) -> WatchState {
    var state = state
    for input in inputs { _ = state.apply(input) }
    return state
  }

  private static let crowd = (0..<40).compactMap { WatchSamples.person($0, "Guest \($0)") }

  private static var screens: [Screen] {
    let lost = WatchInput.connection(.reconnecting(attempt: 2, why: "nobody listens at /run/anteroom/frontend.sock"))
    let risk = WatchInput.event(WatchEvent(name: "meeting.at_risk", .null))
    let full = HostDeed.admit(Addressee(id: "join_1", name: "Grace Hopper"))
    let rotating = WatchSamples.state(meeting: WatchSamples.meeting(locked: true, mustRotate: true))
    return [
      Screen(title: "a meeting", columns: 80, rows: 24, state: WatchSamples.state()),
      Screen(title: "a meeting, narrow", columns: 40, rows: 24, state: WatchSamples.state()),
      Screen(title: "somebody in is selected", columns: 80, rows: 24, state: after("jjj")),
      Screen(title: "a question", columns: 80, rows: 16, state: after("D")),
      Screen(title: "a question, narrow", columns: 40, rows: 16, state: after("s")),
      Screen(title: "a message", columns: 80, rows: 16, state: after("mTwo minutes")),
      Screen(title: "locked, at risk", columns: 80, rows: 20, state: with([risk], rotating)),
      Screen(title: "locked, at risk, narrow", columns: 40, rows: 24, state: with([risk], rotating)),
      Screen(title: "the connection is lost", columns: 80, rows: 20, state: with([lost])),
      Screen(
        title: "an act failed", columns: 80, rows: 20,
        state: with([
          .failed(full, "Could not admit Grace Hopper: Every seat is taken. Next: look again, the list is new")
        ])),
      Screen(title: "an operator watches", columns: 80, rows: 20, state: WatchSamples.state(mayAct: false)),
      Screen(
        title: "nobody", columns: 80, rows: 12, state: WatchSamples.state([], meeting: WatchSamples.meeting(title: nil))
      ),
      Screen(title: "more than fit", columns: 80, rows: 14, state: after("jjjjjjjjjjjjjjj", WatchSamples.state(crowd))),
      Screen(title: "more than fit, narrow", columns: 40, rows: 16, state: after("jjjjj", WatchSamples.state(crowd))),
      Screen(title: "help", columns: 80, rows: 24, state: after("?")),
      Screen(title: "help, narrow", columns: 40, rows: 30, state: after("?")),
      Screen(title: "hardly any room", columns: 20, rows: 5, state: after("s")),
    ]
  }

  private static var golden: String {
    "/" + (#filePath.split(separator: "/").dropLast(2) + ["Golden", "console.txt"]).joined(separator: "/")
  }

  @Test func `the screens are those of the golden file`() throws {
    let text = WatchPictureTests.screens.map { screen in
      let lines = screen.state.picture(columns: screen.columns, rows: screen.rows).text(width: screen.columns)
      let framed = lines.map { line in
        "|" + line + String(repeating: " ", count: max(0, screen.columns - Cells.width(line))) + "|"
      }
      return "# \(screen.title), \(screen.columns)x\(screen.rows)\n\n" + framed.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
    if let mode = unsafe getenv("ANTEROOM_GOLDEN"), unsafe String(cString: mode) == "write" {
      let file = unsafe fopen(WatchPictureTests.golden, "w")
      _ = unsafe fputs(text, file)
      unsafe fclose(file)
    }
    let agreed = String(decoding: try InputFile.read(WatchPictureTests.golden), as: UTF8.self)
    let differing = zip(text.split(separator: "\n"), agreed.split(separator: "\n")).first { $0 != $1 }
    #expect(differing == nil)
    #expect(text == agreed, "run make golden and commit the difference if it is meant")
  }

  @Test(arguments: [(80, 24), (40, 24), (59, 10), (60, 10), (20, 5), (10, 3), (1, 1), (200, 60)])
  func `a picture has its size and no line is wider`(columns: Int, rows: Int) {
    for screen in WatchPictureTests.screens {
      let picture = screen.state.picture(columns: columns, rows: rows)
      #expect(picture.lines.count == rows)
      guard columns >= 10 else { continue }
      for pieces in picture.lines {
        for piece in pieces { #expect(piece.column + Cells.width(piece.text) <= columns, "\(screen.title): \(piece)") }
        for (one, next) in zip(pieces, pieces.dropFirst()) {
          #expect(one.column + Cells.width(one.text) < next.column, "\(screen.title): \(one) runs into \(next)")
        }
      }
    }
  }

  @Test func `whoever is selected is always on the screen, with a sign`() {
    var state = WatchSamples.state(WatchPictureTests.crowd)
    for number in 0..<40 {
      for (columns, rows) in [(80, 24), (80, 12), (40, 14)] {
        let lines = state.picture(columns: columns, rows: rows).text(width: columns)
        #expect(lines.filter { $0.hasPrefix("> Guest \(number)") }.count == 1, "\(number) at \(columns)x\(rows)")
      }
      _ = state.apply(.key(.down))
    }
  }

  @Test func `only what changed is written, and without colour no look`() {
    let state = WatchSamples.state()
    var later = state
    _ = later.apply(.time(WatchSamples.start.adding(seconds: 1)))
    let before = state.picture(columns: 80, rows: 24)
    let after = later.picture(columns: 80, rows: 24)
    #expect(before.bytes(after: before, colour: true).isEmpty)
    let written = after.bytes(after: before, colour: true)
    #expect(written.contains("1:16") && !written.contains("Standup"))
    #expect(after.bytes(after: nil, colour: true).contains("\u{1B}[0;1mStandup\u{1B}[0m"))
    #expect(after.bytes(after: nil, colour: false).firstMatch(of: /\u{1B}\[[0-9;]*m/) == nil)
  }
}
