import AnteroomClient

extension Context {
  /// Lock, unlock, suspend and end, and what the meeting is then.
  func act(_ act: Call.MeetingAct, on meeting: String) async throws {
    let what = "\(act.rawValue) the meeting"
    let bearer = try bearer(what)
    try console.show(await call(.act(act, on: meeting).with(bearer: bearer), what)) { value in
      let shown = value["meeting"] ?? value
      return Layout.aligned(["id", "state", "locked", "occurrence", "epoch"].map { ($0, Layout.text(shown[$0])) })
    }
  }
}
