import AnteroomClient
import ArgumentParser

struct AccountTOTPReplace: Act {
  static let configuration = CommandConfiguration(
    commandName: "replace",
    abstract: "Make a secret for another authenticator; the old one goes on until it is confirmed.",
    discussion: "Asks for the password and a code of the old one. Needs login first.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var factors: BothFactors
  @Flag(name: .customLong("no-qr"), help: "Print the address and the secret only.") var noQR = false

  func run(_ context: Context) async throws {
    let what = "replace the second factor"
    let (password, code) = try factors.read()
    let shown = try await context.call(.reauthenticate(code: code, bearer: context.bearer(what)), what)
    try context.keepSession(of: shown)
    let answer = try await context.call(.enrolTOTP(password: password, bearer: context.bearer(what)), what)
    try context.console.show(answer) {
      Enrolment($0).lines(drawn: !noQR, colour: context.console.colour)
    }
    context.console.hint("\(Enrolment.instruction) Next: " + context.advice.command("account totp confirm"))
  }
}
