import AnteroomClient
import ArgumentParser

struct AccountVouch: Act {
  static let configuration = CommandConfiguration(
    commandName: "vouch",
    abstract: "Say that an account is who it says.",
    discussion: "One that registered through a front end is a guest in meetings for members until then.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String
  @Flag(help: "Take the word back.") var withdraw = false

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "vouch for the account")
    let answer = try await context.call(.setVouched(!withdraw, account: id), "vouch for the account")
    try context.console.show(answer) { Layout.fields($0["account"] ?? $0) }
  }
}
