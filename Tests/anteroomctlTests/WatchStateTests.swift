import AnteroomClient
import Testing

@testable import anteroomctl

@Suite struct WatchStateTests {
  private let grace = Addressee(id: "join_1", name: "Grace Hopper")
  private let ada = Addressee(id: "join_4", name: "Ada")

  private func event(_ name: String, _ data: String = "{}") -> WatchInput {
    .event(WatchEvent(name: name, WatchSamples.json(data)))
  }

  private func press(_ keys: String, _ state: inout WatchState) -> [WatchEffect] {
    keys.flatMap { state.apply(.key(.character($0))) }
  }

  @Test func `whoever waits longest is selected at first`() {
    #expect(WatchSamples.state().selected?.name == "Grace Hopper")
  }

  @Test(arguments: [
    ("a", [WatchEffect.act(.admit(Addressee(id: "join_1", name: "Grace Hopper")))]),
    ("d", [.act(.deny(Addressee(id: "join_1", name: "Grace Hopper"), ban: false))]),
    ("D", []), ("Dn", []), ("Dy", [.act(.deny(Addressee(id: "join_1", name: "Grace Hopper"), ban: true))]),
    ("r", []), ("b", []), ("l", [.act(.lock)]), ("s", []), ("sy", [.act(.suspend)]), ("sn", []), ("e", []),
    ("ey", [.act(.end)]), ("Ay", [.act(.admitAll)]), ("A ", []), ("z", []), ("q", [.quit]), ("?q", [.quit]), ("?a", []),
    ("jjjr", []), ("jjjry", [.act(.remove(Addressee(id: "join_4", name: "Ada"), ban: true))]),
    ("jjjRy", [.act(.remove(Addressee(id: "join_4", name: "Ada"), ban: false))]),
    ("jjjb", [.act(.sendBack(Addressee(id: "join_4", name: "Ada")))]), ("jjja", []), ("jjjd", []),
    ("jk\u{20}a", [.act(.admit(Addressee(id: "join_1", name: "Grace Hopper")))]),
  ])
  func `a key does its act, and what harms asks first`(keys: String, expected: [WatchEffect]) {
    var state = WatchSamples.state()
    #expect(press(keys, &state) == expected)
  }

  @Test func `who only watches does nothing by any key`() {
    var state = WatchSamples.state(mayAct: false)
    #expect(press("aAyDydreylsymMb", &state).isEmpty)
    #expect(state.notice?.isFailure == true)
    #expect(press("q", &state) == [.quit])
  }

  @Test func `nothing is done over a lost connection`() {
    var state = WatchSamples.state()
    _ = state.apply(.connection(.reconnecting(attempt: 1, why: "x")))
    #expect(press("alsAy", &state).isEmpty)
    _ = state.apply(.connection(.live))
    #expect(press("a", &state) == [.act(.admit(grace))])
  }

  @Test(arguments: ["join.withdrawn", "join.admitted", "join.denied", "join.expired"])
  func `a key that was meant for one never meets the next`(name: String) {
    var state = WatchSamples.state()
    let next = name == "join.admitted" ? "admitted" : "withdrawn"
    _ = state.apply(event(name, #"{"join":"join_1","state":"\#(next)","epoch":3}"#))
    #expect(state.selected == nil)
    #expect(press("adDyr", &state).isEmpty)
    // One step down is whoever stands in that place now.
    #expect(press("j", &state).isEmpty)
    #expect(state.selected?.id == "join_2")
  }

  @Test func `a question about somebody who goes is taken back`() {
    var state = WatchSamples.state()
    #expect(press("D", &state).isEmpty)
    #expect(state.mode == .asking(.deny(grace, ban: true)))
    _ = state.apply(.listed(WatchSamples.meeting(), WatchSamples.people.filter { $0.id != "join_1" }, after: 0))
    #expect(state.mode == .list)
    #expect(press("y", &state).isEmpty)
  }

  @Test func `a list that is cut in front moves no selection`() {
    var state = WatchSamples.state()
    _ = press("j", &state)
    #expect(state.selected?.id == "join_2")
    _ = state.apply(.listed(WatchSamples.meeting(), Array(WatchSamples.people.dropFirst()), after: 0))
    #expect(state.selected?.id == "join_2")
  }

  @Test func `a message is written and sent, and what is pasted is text`() {
    var state = WatchSamples.state()
    #expect(press("mQuiet", &state).isEmpty)
    #expect(state.apply(.key(.paste(" q\na"))).isEmpty)
    _ = state.apply(.key(.backspace))
    #expect(state.apply(.key(.enter)) == [.act(.message(grace, "Quiet q "))])
    #expect(press("Mx", &state).isEmpty)
    #expect(state.apply(.key(.escape)).isEmpty)
    #expect(state.mode == .list)
    #expect(state.apply(.key(.paste("ayDy"))).isEmpty)
  }

  @Test(arguments: [
    ("meeting.locked", true), ("meeting.suspended", true), ("meeting.unlocked", false), ("join.waiting", false),
  ])
  func `an event is shown before its list comes`(name: String, locked: Bool) {
    var state = WatchSamples.state()
    _ = state.apply(event(name, #"{"epoch":4}"#))
    #expect(state.meeting?.locked == locked)
    #expect(state.meeting?.epoch == 4)
  }

  @Test(arguments: [
    // Asked for before the lock, and come after it: a second l unlocks.
    (["meeting.locked"], 0, false, HostDeed.unlock),
    (["meeting.locked", "meeting.unlocked"], 1, true, .lock),
    (["meeting.locked", "meeting.unlocked"], 0, true, .lock),
    // Asked for after it, and right whatever was heard.
    (["meeting.locked"], 1, false, .lock), (["meeting.unlocked"], 1, true, .unlock),
  ])
  func `a list does not set back what was heard since it was asked for`(
    events: [String], after: Int, locked: Bool, key: HostDeed
  ) {
    var state = WatchSamples.state()
    for name in events { _ = state.apply(event(name)) }
    _ = state.apply(.listed(WatchSamples.meeting(locked: locked), WatchSamples.people, after: after))
    #expect(press("l", &state) == [.act(key)])
  }

  @Test func `whoever went does not come back with a late list, and a late alarm does not ring again`() {
    var state = WatchSamples.state()
    _ = state.apply(event("join.withdrawn", #"{"join":"join_1","state":"withdrawn","epoch":3}"#))
    _ = state.apply(event("meeting.at_risk"))
    _ = press("x", &state)
    #expect(state.apply(.listed(WatchSamples.meeting(), WatchSamples.people, after: 0)).isEmpty)
    #expect(state.person("join_1") == nil)
    #expect(state.alarm == nil)
    _ = state.apply(.listed(WatchSamples.meeting(), WatchSamples.people, after: 2))
    #expect(state.person("join_1") != nil)
  }

  @Test func `a list from before more than is remembered is let go, and the next one counts`() {
    var state = WatchSamples.state()
    for number in 0..<(RecentEvents.most * 3) {
      _ = state.apply(event(number.isMultiple(of: 2) ? "meeting.locked" : "meeting.unlocked"))
    }
    _ = state.apply(event("meeting.locked"))
    _ = state.apply(.listed(WatchSamples.meeting(title: "Old"), [], after: 1))
    #expect(state.meeting?.title == "Standup")
    #expect(state.recent.count == RecentEvents.most * 3 + 1)
    _ = state.apply(.listed(WatchSamples.meeting(title: "New"), [], after: RecentEvents.most * 3))
    #expect(state.meeting?.title == "New")
    #expect(state.meeting?.locked == true)
  }

  @Test func `the epoch shown never falls`() {
    var state = WatchSamples.state()
    _ = state.apply(event("meeting.epoch", #"{"epoch":2}"#))
    #expect(state.meeting?.epoch == 3)
  }

  @Test func `an alarm rings and stays until it is seen or the passcode is new`() {
    var state = WatchSamples.state()
    #expect(state.apply(event("meeting.at_risk")) == [.ring])
    #expect(state.alarm != nil)
    _ = press("x", &state)
    #expect(state.alarm == nil)
    _ = state.apply(event("meeting.at_risk", #"{"reason":"invite_sources"}"#))
    #expect(state.alarm?.contains("invite sources") == true)
    _ = state.apply(event("meeting.passcode_rotated"))
    #expect(state.alarm == nil)
  }

  @Test(arguments: [
    ("a\u{1B}[2Jb", "a\\u{1B}[2Jb"), ("a\u{202E}b", "a\\u{202E}b"), ("a\nb", "a\\u{A}b"), ("a\u{200B}b", "a\\u{200B}b"),
  ])
  func `no name reaches the terminal with what steers it`(name: String, shown: String) {
    let person = WatchSamples.person(1, name)
    #expect(person?.name == shown)
    let event = WatchEvent(name: "a\u{1B}b", .object([.init("reason", .string(name))]))
    #expect(event.reason == shown)
    #expect(event.name == "a\\u{1B}b")
  }

  @Test(arguments: [
    (#""join_4""#, ["join_4"]), (#"["join_4","join_5"]"#, ["join_4", "join_5"]), ("null", []),
    (#"{"display_name":"Ada","join":"join_4"}"#, ["Ada"]), (#"[{"join":"join_4"}]"#, ["join_4"]),
  ])
  func `whom somebody looks like is read in any shape`(json: String, expected: [String]) {
    #expect(WatchSamples.person(1, "A", more: #","confusable_with":\#(json)"#)?.looksLike == expected)
  }

  @Test func `no name passes for what is known of somebody`() throws {
    let eve = try #require(WatchSamples.person(7, "Eve, host, verified  epoch=9"))
    let row = WatchRow(eve, WatchSamples.state([eve]))
    #expect(row.sentence == "join_7, guest, not verified, waits for admission: Eve, host, verified  epoch=9")
    let line = WatchLog.line(
      "join.left", WatchSamples.json(#"{"join":"join_7","epoch":3}"#), at: nil, people: ["join_7": eve])
    #expect(line == "-  join.left  join_7  guest, not verified  epoch=3  name=Eve, host, verified  epoch=9")
  }

  @Test(arguments: [
    (0, "0:00"), (75, "1:15"), (3599, "59:59"), (3600, "1h00"), (86_399, "23h59"), (86_400, "1d00h"),
    (180_000, "2d02h"),
  ])
  func `a wait is told shortly`(seconds: Int64, expected: String) {
    #expect(WatchRow.duration(seconds) == expected)
  }

  @Test func `an event is one line, with the name that it does not carry`() {
    let people = Dictionary(uniqueKeysWithValues: WatchSamples.people.map { ($0.id, $0) })
    let data = WatchSamples.json(
      #"{"meeting":"m","join":"join_3","state":"waiting","role":"participant","epoch":3,"by":"x"}"#)
    #expect(
      WatchLog.line("join.waiting", data, at: WatchSamples.start, people: people)
        == "2026-11-22T02:00:00.000Z  join.waiting  join_3  guest, not verified, unproven, denied 2x, phone"
        + "  role=participant  epoch=3  by=x  name=李小龍 🙂")
  }
}
