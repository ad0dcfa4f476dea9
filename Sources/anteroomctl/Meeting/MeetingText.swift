import AnteroomClient

/// A meeting as people read it: each setting of its policy beside the level that decided it.
enum MeetingText {
  /// All but the policy, which is long.
  static func brief(_ meeting: JSONValue, and more: [(String, JSONValue?)] = []) -> [String] {
    let members = (meeting.members ?? []).filter { !["policy", "provenance"].contains($0.name) }
    return Layout.fields(.object(members), and: more)
  }

  static func whole(_ meeting: JSONValue) -> [String] {
    guard let policy = meeting["policy"]?.members, !policy.isEmpty else { return brief(meeting) }
    let rows = policy.map { [$0.name, PolicyShow.text($0.value), Layout.text(meeting["provenance"]?[$0.name])] }
    return brief(meeting) + [""] + Layout.table(["SETTING", "VALUE", "DECIDED BY"], rows)
  }
}
