import AnteroomClient
import ArgumentParser

struct AccountPasswd: Act {
  static let configuration = CommandConfiguration(
    commandName: "passwd",
    abstract: "Change the password of the account that is signed in.",
    discussion: """
      Asks for the current password and, twice, for the new one. With --passwords-stdin both are lines of standard \
      input, the current one first. All other sessions and known devices of the account end. Needs login first; whoever \
      forgot the password has an operator run account reset.
      """)

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Read the current and the new password from standard input.") var passwordsStdin = false

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("change the password")
    let current: WipedBytes
    let new: WipedBytes
    if passwordsStdin {
      current = try Prompt.scripted("current password")
      new = try Prompt.scripted("new password")
    } else {
      current = try Prompt.secret("Current password", orUse: "--passwords-stdin")
      new = try Prompt.newPassword(orUse: "--passwords-stdin")
    }
    let answer = try await context.call(
      .changePassword(current: current, new: new, bearer: bearer), "change the password")
    if context.console.json { return context.console.raw(answer.body) }
    context.console.lines(["password changed"])
    context.console.hint("Other sessions and known devices of the account have ended.")
  }
}
