import AnteroomClient
import ArgumentParser

struct AccountEdit: Act {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Change an account's name, its role or its profile.",
    discussion: """
      What is not named stays. With the role host an account makes meetings, once it has a second factor. An account \
      that is bound to a profile starts its meetings from it, and cannot make them looser.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id.") var account: String
  @Option(help: "The name that others see.") var displayName: String?
  @Option(help: "A role to give: host.") var role: String?
  @Flag(help: "Take the role away.") var noRole = false
  @Option(help: ArgumentHelp("Bind it to a profile; none takes it off.", valueName: "name")) var profile: String?

  func run(_ context: Context) async throws {
    let what = "change the account"
    let id = try await context.accountID(account, what)
    let answer = try await context.call(.editAccount(id, body()), what)
    try context.console.show(answer) { Layout.fields($0["account"] ?? $0) }
  }

  func body() -> WipedBytes {
    var body = JSONBody()
    body.set("display_name", ifPresent: displayName)
    if noRole { body.set("roles", .array([])) }
    if let role { body.set("roles", .array([.string(role)])) }
    if let profile { body.set("profile", profile == "none" ? .null : .string(profile)) }
    return body.finish()
  }

  func validate() throws {
    if role != nil, noRole { throw ValidationError("--role and --no-role exclude each other") }
    if displayName == nil, role == nil, !noRole, profile == nil { throw ValidationError("say what is to change") }
  }
}
