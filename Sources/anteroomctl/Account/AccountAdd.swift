import AnteroomClient
import ArgumentParser

struct AccountAdd: Act {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Create an account; prints its setup code, once.",
    discussion: "Whoever has the code sets the password with it: hand it over by a way of its own.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "A name that nobody had before.") var username: String
  @Option(help: "The name that others see.") var displayName: String?
  @Option(help: "A role to give: host. May stand more than once.") var role: [String] = []

  func run(_ context: Context) async throws {
    let answer = try await context.call(
      .createAccount(username: username, displayName: displayName, roles: role), "create the account")
    try context.console.show(answer) { value in
      Layout.fields(value["account"] ?? .null, and: [("setup_code", value["setup_code"])])
    }
    context.console.hint(
      "The code is shown this once. Whoever is handed it sets a password: "
        + context.advice.command("account set-password \(context.advice.username(username))"))
  }
}
