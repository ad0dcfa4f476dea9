import AnteroomClient
import ArgumentParser

struct AccountTOTPReset: Act {
  static let configuration = CommandConfiguration(
    commandName: "totp-reset",
    abstract: "Take a lost second factor off; prints a reset code, once.",
    discussion: """
      For who lost authenticator and recovery codes. The password is void with it, and every session ends: be sure \
      who asks, and hand the code over by a way of its own.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "reset the second factor")
    try context.console.show(await context.call(.resetTOTP(account: id), "reset the second factor")) {
      Layout.fields($0)
    }
    context.console.hint(
      "The code is shown this once. Whoever is handed it sets a password: "
        + context.advice.command("account set-password \(context.advice.username(account))"))
  }
}
