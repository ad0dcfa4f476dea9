import AnteroomClient
import ArgumentParser

struct AccountList: Act {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let answer = try await context.call(.accounts(limit: page.limit, cursor: page.cursor), "list the accounts")
    try context.console.list(
      answer, ["ID", "USERNAME", "ROLES", "VOUCHED", "FACTOR", "DISABLED", "NAME"],
      none: "There is no account. Next: " + context.advice.command("setup")
    ) { account in
      ["id", "username", "roles", "vouched", "second_factor", "disabled", "display_name"].map {
        Layout.text(account[$0])
      }
    }
    try page.hintMore(answer, context)
  }
}
