import AnteroomClient
import ArgumentParser

struct AccountTOTPRemove: Act {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Take the second factor off; all other sessions end.",
    discussion: "Refused while the password is shorter than one must be that stands alone.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var factors: BothFactors

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("remove the second factor")
    let (password, code) = try factors.read()
    let answer = try await context.call(
      .removeTOTP(password: password, code: code, bearer: bearer), "remove the second factor")
    if context.console.json { return context.console.raw(answer.body) }
    context.console.lines(["second factor removed"])
  }
}
