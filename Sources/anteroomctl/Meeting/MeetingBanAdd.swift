import AnteroomClient
import ArgumentParser

struct MeetingBanAdd: Act {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Keep an account, an invite or whoever is behind a join out.",
    discussion: "Whoever it is and is in or waits now is put out by meeting remove or meeting deny.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Option(help: "An account, by username or id.") var account: String?
  @Option(help: "An invite's id.") var invite: String?
  @Option(help: "A join's id, from meeting waiting.") var join: String?
  @Option(help: "Why, for the hosts and the audit.") var reason: String?
  @Option(help: ArgumentHelp("Until when; for good without it.", valueName: "time")) var expiresAt: String?

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("keep somebody out")
    let (target, id): (Call.BanTarget, String) =
      if let account {
        (.account, try await context.accountID(account, "keep somebody out"))
      } else if let invite { (.invite, invite) } else { (.join, join ?? "") }
    let call = Call.ban(id, as: target, in: meeting, reason: reason, expiresAt: expiresAt)
    try context.console.show(await context.call(call.with(bearer: bearer), "keep somebody out")) {
      Layout.fields($0["ban"] ?? $0)
    }
  }

  func validate() throws {
    if [account, invite, join].filter({ $0 != nil }).count != 1 {
      throw ValidationError("name one of --account, --invite and --join")
    }
  }
}
