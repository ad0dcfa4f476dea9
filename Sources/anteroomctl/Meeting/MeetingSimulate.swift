import AnteroomClient
import ArgumentParser

struct MeetingSimulate: Act {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Say what would become of a join, gate by gate; nothing happens.",
    discussion: "Needs login; an operator simulates without it, and any account.")

  /// What the joiner shows; never the passcode itself.
  enum Passcode: String, ExpressibleByArgument, CaseIterable { case right, wrong, none }

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Option(help: "As this account, by username or id.") var account: String?
  @Option(help: "With this invite, by id.") var invite: String?
  @Option(help: "The passcode shown: right, wrong or none.") var passcode = Passcode.none
  @Option(help: "The name shown; an account's or an invite's own where none is given.") var displayName: String?
  @Option(help: "person, phone, endpoint or bot.") var clientKind: String?
  @Option(help: ArgumentHelp("At another time, RFC 3339 in UTC.", valueName: "time")) var at: String?

  func run(_ context: Context) async throws {
    let what = "simulate a join"
    let id = if let account { try await context.accountID(account, what) } else { String?.none }
    let call = Call.simulate(in: meeting, body(account: id)).with(bearer: try context.sessions.read())
    try context.console.show(await context.call(call, what), MeetingSimulate.lines)
  }

  func body(account: String?) -> WipedBytes {
    var body = JSONBody()
    // Whoever knocks without an account or an invite types a name.
    body.set("display_name", ifPresent: displayName ?? (account == nil && invite == nil ? "Somebody" : nil))
    body.set("passcode", passcode == .none ? .null : .string(passcode.rawValue))
    body.set("account", ifPresent: account)
    body.set("invite", ifPresent: invite)
    if let clientKind { body.set("client", .object([JSONValue.Member("kind", .string(clientKind))])) }
    body.set("at", ifPresent: at)
    return body.finish()
  }

  static func lines(_ value: JSONValue) -> [String] {
    let head = Layout.aligned(
      [("outcome", value["outcome"]), ("code", value["code"]), ("required", value["required"])]
        .compactMap { name, found in found.map { (name, Layout.text($0)) } })
    let rows = (value["trace"]?.items ?? []).map { entry in
      ["gate", "verdict", "code", "setting", "level"].map { Layout.text(entry[$0]) }
    }
    return head + [""] + Layout.table(["GATE", "VERDICT", "CODE", "SETTING", "LEVEL"], rows)
  }
}
