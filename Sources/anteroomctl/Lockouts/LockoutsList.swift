import AnteroomClient
import ArgumentParser

struct LockoutsList: Act {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what is delayed or barred now, why and until when.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var filter: LockoutFilter
  @Flag(help: "What is only counted as well, and refuses nothing yet.") var all = false
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let call = Call.lockouts(
      username: filter.username, source: filter.source, all: all, limit: page.limit, cursor: page.cursor)
    let answer = try await context.call(call, "list the lockouts")
    try context.console.list(
      answer, ["ID", "KIND", "ACCOUNT", "FAILURES", "UNTIL", "WHY"],
      none: all ? "Nothing is counted." : "Nothing is delayed or barred; --all shows what is only counted."
    ) { lockout in
      [
        lockout["id"], lockout["kind"], lockout["account"]?["username"], lockout["failures"], lockout["until"],
        lockout["why"],
      ].map { Layout.text($0) }
    }
    try page.hintMore(answer, context)
  }
}
