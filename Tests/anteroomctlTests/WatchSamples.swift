import AnteroomClient
import AnteroomCore

@testable import anteroomctl

/// Meetings and people as the daemon writes them.
enum WatchSamples {
  static let start = Instant(milliseconds: 1_795_312_800_000)

  static func json(_ text: String) -> JSONValue { (try? JSONReader.read(Array(text.utf8))) ?? .null }

  static func meeting(title: String? = "Standup", locked: Bool = false, mustRotate: Bool = false) -> WatchedMeeting {
    let title = title.map { "\"title\":\"\($0)\"," } ?? ""
    return WatchedMeeting(
      json(
        """
        {"id":"kq3vm-8tzpa-w2hfd",\(title)"host":{"display_name":"Hannah"},"state":"open","locked":\(locked),"epoch":3,\
        "passcode":{"kind":"words","failures":\(mustRotate ? 20 : 0),"must_rotate":\(mustRotate)},\
        "counts":{"waiting":2,"admitted":1,"present":12}}
        """))
  }

  /// `waited` in seconds before `start`; `more` is further JSON members.
  static func person(
    _ number: Int, _ name: String, state: String = "waiting", joinerClass: String = "guest", waited: Int = 75,
    more: String = ""
  ) -> WatchedPerson? {
    let since = start.adding(seconds: -waited)
    let waiting =
      state == "waiting" ? #","waiting":{"for":"admission","since":"\#(since)"},"waiting_since":"\#(since)""# : ""
    let role = ["host", "cohost"].contains(joinerClass) ? joinerClass : "participant"
    return WatchedPerson(
      json(
        """
        {"id":"join_\(number)","state":"\(state)","role":"\(role)","display_name":\(JSONValue.string(name).bytes.text),\
        "identity":{"class":"\(joinerClass)"},"verified":\(joinerClass != "guest"),"client":{"kind":"person"},\
        "unproven":false,"away":false,"denials":0\(waiting)\(more)}
        """))
  }

  static func replaced(_ person: WatchedPerson?, _ body: (inout WatchedPerson) -> Void) -> WatchedPerson? {
    guard var changed = person else { return nil }
    body(&changed)
    return changed
  }

  static let people = [
    person(1, "Grace Hopper"),
    replaced(person(2, "Аda", waited: 12)) { $0.looksLike = ["join_4"] },
    replaced(person(3, "李小龍 🙂", waited: 4000)) {
      $0.unproven = true
      $0.denials = 2
      $0.clientKind = "phone"
    },
    person(4, "Ada", state: "present", joinerClass: "member"),
    person(5, "Hannah", state: "present", joinerClass: "host"),
    replaced(person(6, "Zoe\u{308}", state: "left")) { $0.away = true },
  ].compactMap { $0 }

  static func state(
    _ people: [WatchedPerson] = people, meeting: WatchedMeeting = meeting(), mayAct: Bool = true
  ) -> WatchState {
    var state = WatchState(meeting: "kq3vm-8tzpa-w2hfd", mayAct: mayAct, now: start)
    _ = state.apply(.listed(meeting, people, after: 0))
    return state
  }
}

extension [UInt8] {
  fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
