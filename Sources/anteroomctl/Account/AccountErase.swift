import AnteroomClient
import ArgumentParser

struct AccountErase: Act {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Erase a person: the account and what is held of it. It cannot be taken back.",
    discussion: """
      Sessions end, joins end, the meetings that the account hosts are ended and forgotten, and names go from \
      everywhere, the audit among it, which still verifies. The username is never free again. Asks for the name once \
      more; --yes does not ask.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String
  @Flag(help: "Do not ask.") var yes = false

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "erase the account")
    if !yes {
      let typed = try Prompt.line(
        "Everything that is held of \(visible(account)) goes, for good. Type \(visible(account)) again", orUse: "--yes")
      guard typed == account else {
        throw Failure(.usage, "nothing was erased", why: "what was typed is not \(account)")
      }
    }
    _ = try await context.call(.eraseAccount(id), "erase the account")
    context.console.hint("Erased.")
  }
}
