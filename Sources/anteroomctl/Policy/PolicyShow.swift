import AnteroomClient
import ArgumentParser

struct PolicyShow: Act {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show every setting with its values from open to strict, the profiles and the floors.",
    discussion: """
      SITE and FLOOR are what [policy] and [policy.floor] of the configuration say; a setting of neither is decided by \
      a meeting's profile, or by the meeting itself.
      """)

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context) async throws {
    let call = Call.policy.with(bearer: try context.sessions.read())
    let width = Stream.output.columns
    try context.console.show(await context.call(call, "show the policy")) { PolicyShow.lines($0, within: width) }
  }

  /// What may be said of each setting and what the site says, then what each profile says.
  static func lines(_ value: JSONValue, within width: Int? = nil) -> [String] {
    let settings = value["settings"]?.items ?? []
    let names = settings.map { Layout.text($0["name"]) }
    let site = value["site"]
    let first = zip(names, settings).map { name, setting in
      [name, values(setting), text(site?["values"]?[name]), text(site?["floor"]?[name])]
    }
    let profiles = value["profiles"]?.members ?? []
    let second = names.map { name in
      [name] + profiles.map { profile in text(profile.value["values"]?[name], floor: profile.value["floor"]?[name]) }
    }
    return Layout.table(["SETTING", "FROM OPEN TO STRICT", "SITE", "FLOOR"], first, within: width) + [""]
      + Layout.table(["SETTING"] + profiles.map { $0.name }, second, within: width)
  }

  private static func text(_ value: JSONValue?, floor: JSONValue?) -> String {
    text(value) + (floor == nil ? "" : " (floor \(text(floor)))")
  }

  /// A setting's value as it is written after --policy.
  static func text(_ value: JSONValue?) -> String {
    switch value {
    case .some(.object(let members)) where members.allSatisfy({ $0.value.truth == false }): "none"
    case .some(.object(let members)):
      members.filter { $0.value.truth != false }
        .map { $0.value.truth == true ? $0.name : "\($0.name)=\(text($0.value))" }.joined(separator: ",")
    case .some(.bool(let truth)): truth ? "true" : "false"
    case .some(.array(let items)) where items.contains(where: { $0.members != nil }):
      items.map { Layout.text($0["id"] ?? $0) }.joined(separator: ", ")
    case _: Layout.text(value)
    }
  }

  /// Which values there are: numbers have bounds, the larger one being the more open.
  private static func values(_ setting: JSONValue) -> String {
    let words = (setting["values"]?.items ?? []).map { text($0) }
    if setting["parts"] != nil {
      return "\((setting["parts"]?.items ?? []).map { Layout.text($0) }.joined(separator: ", ")): "
        + words.joined(separator: ", ")
    }
    if !words.isEmpty { return words.joined(separator: ", ") }
    if let most = setting["most"] { return "at most \(Layout.text(most))" }
    let open = setting["open"].map { $0 == .null ? "null, " : "\(Layout.text($0)), " } ?? ""
    return "\(open)\(Layout.text(setting["maximum"])) to \(Layout.text(setting["minimum"]))"
  }
}
