import AnteroomClient
import ArgumentParser

struct AccountExport: Act {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Print everything that is held about a person, as JSON.",
    discussion: """
      Secrets are described and not disclosed. Of each list the newest 10,000 are given; `cut` names those of which \
      there is more. It is recorded that it was asked for.

      Example: anteroomctl account export ada > ada.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String

  func run(_ context: Context) async throws {
    let id = try await context.accountID(account, "export the account")
    context.console.raw(try await context.call(.exportAccount(id), "export the account").body)
  }
}
