import AnteroomClient
import ArgumentParser

struct AccountEnable: Act {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Let a disabled account sign in again.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "enable the account")
    let answer = try await context.call(.setDisabled(false, account: id), "enable the account")
    try context.console.show(answer) { Layout.fields($0["account"] ?? $0) }
  }
}
