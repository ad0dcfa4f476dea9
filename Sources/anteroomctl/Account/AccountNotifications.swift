import AnteroomClient
import ArgumentParser

struct AccountNotifications: Act {
  static let configuration = CommandConfiguration(
    commandName: "notifications",
    abstract: "Show what happened to the account that is signed in, newest first.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("read the notifications")
    let answer = try await context.call(
      .notifications(limit: page.limit, cursor: page.cursor, bearer: bearer), "read the notifications")
    try context.console.list(answer, ["LAST", "EVENT", "COUNT", "DETAIL"], none: "Nothing has happened to it.") {
      item in
      ["last_time", "event", "count", "detail"].map { Layout.text(item[$0]) }
    }
    try page.hintMore(answer, context)
  }
}
