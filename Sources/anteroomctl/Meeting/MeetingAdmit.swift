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
    let skipped = try Context.value(of: answer)["skipped"]?.items ?? []
    let names = skipped.isEmpty || context.console.json ? [:] : await names(context, bearer)
    try context.console.show(answer) { MeetingAdmit.lines($0, names: names) }
  }

  /// Who waits, by the join. What it is for was done: that they cannot be listed is no failure.
  private func names(_ context: Context, _ bearer: WipedBytes) async -> [String: String] {
    let call = Call.joins(of: meeting, state: "waiting", limit: 200).with(bearer: bearer)
    guard let items = try? await context.client.send(call).accepted().json()["items"]?.items else { return [:] }
    let pairs = items.compactMap { item in item["id"]?.text.map { ($0, item["display_name"]?.text ?? "") } }
    return Dictionary(pairs) { first, _ in first }
  }

  /// How many are in, and who was passed over and why.
  static func lines(_ value: JSONValue, names: [String: String] = [:]) -> [String] {
    let skipped = value["skipped"]?.items ?? []
    let admitted = Layout.aligned([("admitted", Layout.text(value["admitted"]))])
    if skipped.isEmpty { return admitted }
    return admitted
      + Layout.table(
        ["PASSED OVER", "WHY", "NAME"],
        skipped.map { one in
          [Layout.text(one["join"]), Layout.text(one["code"]), one["join"]?.text.flatMap { names[$0] } ?? "-"]
        })
  }
}
