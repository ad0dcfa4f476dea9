import AnteroomCore

/// Everything that the console knows: what came before and an input give what comes next, and nothing else does.
struct WatchState: Equatable, Sendable {
  enum Connection: Equatable, Sendable {
    case live
    /// Lost, and asked for again; why, in the words of the fault.
    case reconnecting(attempt: Int, why: String)
  }

  enum Mode: Equatable, Sendable {
    case list
    case help
    /// One key decides.
    case asking(HostDeed)
    case writing(to: Addressee?, text: String)
  }

  struct Notice: Equatable, Sendable {
    let text: String
    var isFailure = false
  }

  let meetingID: String
  /// False for an operator, and for whoever is not signed in: they watch.
  let mayAct: Bool
  /// The CLI as it must be typed to reach the same daemon.
  let program: String
  var now: Instant
  var meeting: WatchedMeeting?
  /// In the order in which they knocked.
  private(set) var people: [WatchedPerson] = []
  var connection = Connection.live
  var alarm: String?
  var mode = Mode.list
  var notice: Notice?
  private(set) var selection = Selection()
  /// What a list that is on its way may not know of.
  var recent = RecentEvents()
  /// How many rows a page has; what the last picture had room for.
  var page = 10

  init(meeting: String, mayAct: Bool, now: Instant, program: String = "anteroomctl") {
    meetingID = meeting
    self.program = program
    self.mayAct = mayAct
    self.now = now
  }

  var waiting: [WatchedPerson] { people.filter { $0.place == .waiting } }
  var inside: [WatchedPerson] { people.filter { $0.place == .inside } }
  /// As they stand on the screen.
  var rows: [WatchedPerson] { waiting + inside }
  var selected: WatchedPerson? { selection.id.flatMap(person) }

  func person(_ id: String) -> WatchedPerson? { people.first { $0.id == id } }

  /// How things stand now. The first time, whoever waits longest is selected.
  mutating func take(_ meeting: WatchedMeeting?, _ people: [WatchedPerson]) {
    let isFirst = self.meeting == nil && self.people.isEmpty
    if let meeting { self.meeting = meeting }
    self.people = people.filter { $0.place != .gone }
    if isFirst, let first = waiting.first { selection.choose(first, at: 0) }
    settle()
  }

  /// A join changed.
  mutating func change(_ id: String, _ body: (inout WatchedPerson) -> Void) {
    guard let index = people.firstIndex(where: { $0.id == id }) else { return }
    body(&people[index])
    if people[index].place == .gone { people.remove(at: index) }
    settle()
  }

  mutating func move(by step: Int) {
    let rows = rows
    guard !rows.isEmpty else { return }
    let index = selection.index(after: step, in: rows)
    selection.choose(rows[index], at: index)
  }

  /// A selection ends when its person goes elsewhere, and a question about somebody who is gone is taken back:
  /// a key that was meant for one must not meet the next.
  private mutating func settle() {
    selection.settle(rows)
    if case .asking(let deed) = mode, let who = deed.addressee, person(who.id) == nil {
      mode = .list
      notice = Notice(text: "\(who.name) is gone: nothing was done.")
    }
  }
}

/// Who is selected. By the join and not by the line: lines move, and somebody could knock just in time to stand
/// where another stood.
struct Selection: Equatable, Sendable {
  private(set) var id: String?
  private var place = WatchedPerson.Place.waiting
  /// The line where the selected one stands, or stood.
  private(set) var line = 0

  mutating func choose(_ person: WatchedPerson, at line: Int) {
    id = person.id
    place = person.place
    self.line = line
  }

  mutating func settle(_ rows: [WatchedPerson]) {
    if let id, let line = rows.firstIndex(where: { $0.id == id && $0.place == place }) {
      self.line = line
    } else {
      id = nil
      line = min(line, max(0, rows.count - 1))
    }
  }

  /// Where a step leads. With nobody selected, one step down is whoever stands where the last one stood.
  func index(after step: Int, in rows: [WatchedPerson]) -> Int {
    let start = id == nil && step > 0 ? line - 1 : line
    return min(max(0, start + step), rows.count - 1)
  }
}
