import AnteroomClient
import ArgumentParser

struct MeetingList: Act {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the meetings: after login one's own, otherwise all.")

  @OptionGroup var global: GlobalOptions
  @Option(help: "scheduled, open or ended.") var state: String?
  @Option(help: "The room's name in the conferencing server.") var external: String?
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let call = Call.meetings(state: state, external: external, limit: page.limit, cursor: page.cursor)
    let answer = try await context.call(call.with(bearer: context.sessions.read()), "list the meetings")
    try context.console.list(
      answer, ["ID", "STATE", "LOCKED", "WAITING", "PRESENT", "HOST", "TITLE"],
      none: "There is no such meeting. Next: " + context.advice.command("meeting create")
    ) { meeting in
      [
        meeting["id"], meeting["state"], meeting["locked"], meeting["counts"]?["waiting"],
        meeting["counts"]?["present"], meeting["host"]?["display_name"], meeting["title"],
      ].map { Layout.text($0) }
    }
    try page.hintMore(answer, context)
  }
}
