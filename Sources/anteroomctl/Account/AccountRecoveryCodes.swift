import AnteroomClient
import ArgumentParser

struct AccountRecoveryCodes: Act {
  static let configuration = CommandConfiguration(
    commandName: "recovery-codes",
    abstract: "Make ten new recovery codes, printed once; the old ones and all other sessions end.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var factors: BothFactors

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("make recovery codes")
    let (password, code) = try factors.read()
    let answer = try await context.call(
      .replaceRecoveryCodes(password: password, code: code, bearer: bearer), "make recovery codes")
    try context.console.show(answer) { Enrolment.recoveryCodes($0) }
    context.console.hint("Each code works once, with the password. They are not shown again: keep them apart from it.")
  }
}
