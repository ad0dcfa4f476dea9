import AnteroomClient
import ArgumentParser

struct AccountSessions: Act {
  static let configuration = CommandConfiguration(
    commandName: "sessions",
    abstract: "List an account's sessions, or end them.",
    discussion: """
      An operator names the account. Without a name they are those of whoever is signed in here, and --revoke-all \
      leaves this session alone; logout ends it.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Username or id; one's own when missing.") var account: String?
  @Option(help: ArgumentHelp("End this session.", valueName: "id")) var revoke: String?
  @Flag(help: "End them all.") var revokeAll = false
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    let what = revoke != nil || revokeAll ? "end the sessions" : "list the sessions"
    let bearer = try account == nil ? context.bearer(what) : nil
    var id = "me"
    if let account { id = try await context.accountID(account, what) }
    if let revoke {
      let answer = try await context.call(.revokeSession(revoke, of: id, bearer: bearer), what)
      return context.console.json ? context.console.raw(answer.body) : context.console.lines(["session ended"])
    }
    if revokeAll {
      let answer = try await context.call(.revokeSessions(of: id, bearer: bearer), what)
      return context.console.json ? context.console.raw(answer.body) : context.console.lines(["sessions ended"])
    }
    let answer = try await context.call(
      .sessions(of: id, limit: page.limit, cursor: page.cursor, bearer: bearer), what)
    try context.console.list(
      answer, ["ID", "FACTORS", "METHODS", "SINCE", "ENDS", "ENDS IF IDLE", ""], none: "There is no session."
    ) { session in
      ["id", "factors", "methods", "created_at", "expires_at", "idle_expires_at"].map { Layout.text(session[$0]) }
        + [session["current"] == nil ? "" : "this one"]
    }
    try page.hintMore(answer, context)
  }

  func validate() throws {
    if revoke != nil, revokeAll { throw ValidationError("--revoke and --revoke-all exclude each other") }
  }
}
