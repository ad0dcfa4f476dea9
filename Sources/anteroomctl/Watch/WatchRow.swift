import AnteroomCore

/// What one person's row says.
struct WatchRow {
  let person: WatchedPerson
  private let state: WatchState

  init(_ person: WatchedPerson, _ state: WatchState) {
    self.person = person
    self.state = state
  }

  var name: String { person.name.isEmpty ? "(no name)" : person.name }

  /// What somebody waits for, or how they are in.
  var standing: String {
    switch person.place {
    case .waiting: person.waitsFor ?? "-"
    case .inside, .gone: person.away ? "away" : person.state
    }
  }

  /// How long somebody waits: minutes and seconds, then hours, then days.
  var since: String {
    guard person.place == .waiting, let since = person.waitsSince else { return "" }
    return WatchRow.duration(max(0, state.now.milliseconds(since: since) / 1000))
  }

  static func duration(_ seconds: Int64) -> String {
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
    if seconds < 86_400 { return "\(seconds / 3600)h\(two(seconds / 60 % 60))" }
    return "\(seconds / 86_400)d\(two(seconds / 3600 % 24))h"
  }

  /// What a host should know before admitting, what matters most first.
  var marks: [String] { likeness + otherMarks }

  private var likeness: [String] {
    if person.looksLike.isEmpty { return [] }
    return ["looks like " + person.looksLike.map { state.person($0)?.name ?? $0 }.joined(separator: ", ")]
  }

  private var otherMarks: [String] {
    var marks: [String] = []
    if person.unproven { marks.append("unproven") }
    if person.denials > 0 { marks.append(person.denials == 1 ? "denied once" : "denied \(person.denials)x") }
    if person.clientKind != "person" { marks.append(person.clientKind) }
    if person.away && person.place == .waiting { marks.append("away") }
    if person.role != "participant" && person.role != person.joinerClass { marks.append(person.role) }
    return marks
  }

  /// All of it in words, for the one who is selected: in a row something may be cut. Names come last: one that
  /// reads ", host, verified" must not pass for what is known.
  var sentence: String {
    let waits = person.place == .waiting ? "waits for \(standing)" : standing
    let known = [person.id, person.joinerClass, person.verified ? "verified" : "not verified", waits]
    return (known + otherMarks + likeness).joined(separator: ", ") + ": " + name
  }

  /// What is known of somebody, for a line of a log: no name, nor whose it is like.
  var facts: String {
    let alike = person.looksLike.isEmpty ? [] : ["looks like another"]
    return ([person.joinerClass, person.verified ? "verified" : "not verified"] + alike + otherMarks)
      .joined(separator: ", ")
  }
}
