import AnteroomClient
import ArgumentParser

struct AccountTOTPConfirm: Act {
  static let configuration = CommandConfiguration(
    commandName: "confirm",
    abstract: "Confirm the new second factor with a code; prints ten recovery codes, once.")

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Read the code from standard input.") var codeStdin = false

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("confirm the second factor")
    let code =
      try codeStdin
      ? Prompt.scripted("code") : Prompt.secret("Code of the authenticator", orUse: "--code-stdin")
    let answer = try await context.call(.confirmTOTP(code: code, bearer: bearer), "confirm the second factor")
    try context.keepSession(of: answer)
    try context.console.show(answer) { Enrolment.recoveryCodes($0) }
    context.console.hint("Each code works once, with the password. They are not shown again: keep them apart from it.")
  }
}
