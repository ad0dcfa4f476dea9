import AnteroomClient
import ArgumentParser

struct MeetingWaiting: Act {
  static let configuration = CommandConfiguration(
    commandName: "waiting",
    abstract: "List who waits to be admitted. Needs login.",
    discussion: "A name is what the person typed; VERIFIED says whether an account stands behind it.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Option(help: "Another state than waiting, for instance present.") var state = "waiting"
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("list who waits")
    let call = Call.joins(of: meeting, state: state, limit: page.limit, cursor: page.cursor)
    let answer = try await context.call(call.with(bearer: bearer), "list who waits")
    try context.console.list(
      answer, ["JOIN", "CLASS", "VERIFIED", "SINCE", "MARKS", "NAME"], none: "There is nobody in that state."
    ) { join in
      [
        Layout.text(join["id"]), Layout.text(join["identity"]?["class"]), Layout.text(join["verified"]),
        Layout.text(join["waiting_since"] ?? join["created_at"]), MeetingWaiting.marks(join),
        Layout.text(join["display_name"]),
      ]
    }
    try page.hintMore(answer, context)
  }

  /// What a host should know before admitting.
  static func marks(_ join: JSONValue) -> String {
    var marks = ["unproven", "away"].filter { join[$0]?.truth == true }
    if let other = join["confusable_with"], other != .null { marks.append("confusable") }
    if let denials = join["denials"]?.integer, denials > 0 { marks.append("denied \(denials)x") }
    return marks.isEmpty ? "-" : marks.joined(separator: ",")
  }
}
