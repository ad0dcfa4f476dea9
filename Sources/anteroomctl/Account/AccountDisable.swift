import AnteroomClient
import ArgumentParser

struct AccountDisable: Act {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Bar an account from signing in; its sessions end.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "disable the account")
    let answer = try await context.call(.setDisabled(true, account: id), "disable the account")
    try context.console.show(answer) { Layout.fields($0["account"] ?? $0) }
  }
}
