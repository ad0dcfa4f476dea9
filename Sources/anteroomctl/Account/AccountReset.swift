import AnteroomClient
import ArgumentParser

struct AccountReset: Act {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Start a password reset; prints the reset code, once.",
    discussion: "An operator can start a reset, never choose or see a password.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "reset the password")
    try context.console.show(await context.call(.resetPassword(account: id), "reset the password")) {
      Layout.fields($0)
    }
    let name = await context.username(of: id, named: account)
    context.console.hint(
      "The code is shown this once. Whoever is handed it sets a password: "
        + context.advice.command("account set-password \(name)"))
  }
}
