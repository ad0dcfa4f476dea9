import AnteroomClient
import ArgumentParser

struct PolicyShow: Act {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show every setting with its values from open to strict, the profiles and the floors.")

  @OptionGroup var global: GlobalOptions

  func run(_ context: Context) async throws {
    let call = Call.policy.with(bearer: try context.sessions.read())
    try context.console.show(await context.call(call, "show the policy"), PolicyShow.lines)
  }

  /// Lists as tables, all else as fields.
  static func lines(_ value: JSONValue) -> [String] {
    (value.members ?? []).flatMap { member -> [String] in
      if let items = member.value.items, items.contains(where: { $0.members != nil }) {
        let (columns, rows) = Records.table(items)
        return Layout.table(columns.map { $0.uppercased() }, rows) + [""]
      }
      return Layout.fields(.object([member]))
    }
  }
}
