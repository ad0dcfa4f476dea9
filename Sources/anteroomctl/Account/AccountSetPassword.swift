import AnteroomClient
import ArgumentParser

struct AccountSetPassword: Act {
  static let configuration = CommandConfiguration(
    commandName: "set-password",
    abstract: "Set a password with a setup or reset code.",
    discussion: """
      Asks for the code and, twice, for the new password. With --code-stdin and --password-stdin both are lines of \
      standard input, the code first. A refused password does not spend the code.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The account's username.") var username: String
  @Flag(help: "Read the code from standard input.") var codeStdin = false
  @Flag(help: "Read the new password from standard input.") var passwordStdin = false

  func run(_ context: Context) async throws {
    let code =
      try codeStdin ? Prompt.scripted("code") : Prompt.secret("Setup or reset code", orUse: "--code-stdin")
    let password =
      try passwordStdin ? Prompt.scripted("new password") : Prompt.newPassword(orUse: "--password-stdin")
    let answer = try await context.call(
      .redeemCode(username: username, code: code, password: password), "set the password")
    if context.console.json { return context.console.raw(answer.body) }
    context.console.lines(["password set"])
    context.console.hint("Next: " + context.advice.command("login"))
  }
}
