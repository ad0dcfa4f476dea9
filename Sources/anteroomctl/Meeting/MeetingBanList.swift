import AnteroomClient
import ArgumentParser

struct MeetingBanList: Act {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List who is kept out, by whom and why.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("list who is kept out")
    let call = Call.bans(of: meeting, limit: page.limit, cursor: page.cursor)
    let answer = try await context.call(call.with(bearer: bearer), "list who is kept out")
    try context.console.list(
      answer, ["BAN", "ON", "WHOM", "UNTIL", "BY", "REASON"], none: "Nobody is kept out."
    ) { ban in
      let on = ban["on"]?.text ?? ""
      return [ban["id"], ban["on"], ban[on], ban["expires_at"], ban["by"], ban["reason"]].map { Layout.text($0) }
    }
    try page.hintMore(answer, context)
  }
}
