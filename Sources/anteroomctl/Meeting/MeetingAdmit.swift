import AnteroomClient
import ArgumentParser

struct MeetingAdmit: Act {
  static let configuration = CommandConfiguration(
    commandName: "admit", abstract: "Let somebody in who waits, or all who do. Needs login.",
    discussion: """
      --all passes over whoever a host should look at: bots, those marked unproven, and those who were sent back. They \
      are listed, and admitted by their ids.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "The join's id, from meeting waiting.") var join: String?
  @Flag(help: "All who wait.") var all = false

  func validate() throws {
    if all == (join != nil) { throw ValidationError("name a join, or say --all") }
  }

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("admit")
    if let join {
      let answer = try await context.call(.admit(join, to: meeting).with(bearer: bearer), "admit")
      return try context.console.show(answer) { Layout.fields($0["join"] ?? $0) }
    }
    let answer = try await context.call(.admitWaiting(to: meeting).with(bearer: bearer), "admit all who wait")
    try context.console.show(answer, MeetingAdmit.lines)
  }

  /// How many are in, and who was passed over and why.
  static func lines(_ value: JSONValue) -> [String] {
    let skipped = value["skipped"]?.items ?? []
    let admitted = Layout.aligned([("admitted", Layout.text(value["admitted"]))])
    if skipped.isEmpty { return admitted }
    return admitted
      + Layout.table(["PASSED OVER", "WHY"], skipped.map { [Layout.text($0["join"]), Layout.text($0["code"])] })
  }
}
