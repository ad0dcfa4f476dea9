import AnteroomClient
import ArgumentParser

struct AccountShow: Act {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one account.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "show the account")
    let answer = try await context.call(.account(id), "show the account")
    try context.console.show(answer) { Layout.fields($0["account"] ?? $0) }
  }
}
