import AnteroomClient
import ArgumentParser

struct AccountTOTPEnrol: Act {
  static let configuration = CommandConfiguration(
    commandName: "enrol",
    abstract: "Make a secret for an authenticator app and show it as a QR code.",
    discussion: "It counts only once a code of it is confirmed. Needs login first.")

  @OptionGroup var global: GlobalOptions
  @Flag(name: .customLong("no-qr"), help: "Print the address and the secret only.") var noQR = false
  @Flag(help: "Read the account's password from standard input.") var passwordStdin = false

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("enrol a second factor")
    let password =
      try passwordStdin ? Prompt.scripted("password") : Prompt.secret("Password", orUse: "--password-stdin")
    let answer = try await context.call(
      .enrolTOTP(password: password, bearer: bearer), "enrol a second factor")
    try context.console.show(answer) {
      Enrolment($0).lines(drawn: !noQR, colour: context.console.colour)
    }
    context.console.hint("\(Enrolment.instruction) Next: " + context.advice.command("account totp confirm"))
  }
}
