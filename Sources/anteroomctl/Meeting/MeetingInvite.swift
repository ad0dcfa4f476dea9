import AnteroomClient
import ArgumentParser

struct MeetingInvite: Act {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Invite somebody, or a list of people; prints each code once. Needs login.",
    discussion: """
      Whoever has the code comes in by it, as often as --uses says, until it expires or is revoked. With --account \
      there is no code: that account's sign-in is the proof.

      --from reads a file (- is standard input) of comma-separated values. Its first line names columns, of label, \
      account, role, uses, expires_at, bypass_waiting_room and display_name; each further line is an invite. Printed \
      are the names with their links and codes, as comma-separated values. A line that fails is reported and stops no \
      other; to run the same list again within a day makes only what is missing, unless --batch says another word.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Option(help: "What the host calls it.") var label: String?
  @Option(help: "For this account, by username or id.") var account: String?
  @Option(help: "participant, viewer or cohost.") var role: String?
  @Option(help: "How often it may be used; once where it is not said.") var uses: Int?
  @Option(help: ArgumentHelp("Until when, RFC 3339 in UTC.", valueName: "time")) var expiresAt: String?
  @Flag(help: "Let whoever has it in without waiting, where the policy does.") var bypassWaitingRoom = false
  @Option(help: "The name that its bearer gets.") var displayName: String?
  @Option(help: ArgumentHelp("A list of invites.", valueName: "file")) var from: String?
  @Option(help: ArgumentHelp("With --from: make the same list anew.", valueName: "word")) var batch: String?
  @Flag(help: "List the invites there are.") var list = false
  @Option(help: ArgumentHelp("Revoke this invite; who waits by it is denied.", valueName: "invite")) var revoke: String?
  @OptionGroup var page: PageOptions

  func run(_ context: Context) async throws {
    if list { return try await showAll(context) }
    let bearer = try context.bearer("invite")
    if let revoke {
      _ = try await context.call(.revokeInvite(revoke, in: meeting).with(bearer: bearer), "revoke the invite")
      return context.console.hint("Revoked.")
    }
    if let from { return try await InviteRun(context: context, meeting: meeting, bearer: bearer).run(try read(from)) }
    let id = if let account { try await context.accountID(account, "invite") } else { String?.none }
    let call = Call.invite(to: meeting, draft.body(account: id)).with(bearer: bearer)
    try context.console.show(await context.call(call, "invite")) { value in
      Layout.fields(value["invite"] ?? .null, and: [("code", value["code"]), ("url", value["url"])])
    }
    if account == nil { context.console.hint("The code is shown this once.") }
  }

  var draft: InviteDraft {
    InviteDraft(
      label: label, account: account, role: role, uses: uses, expiresAt: expiresAt,
      bypassWaitingRoom: bypassWaitingRoom, displayName: displayName)
  }

  private func read(_ file: String) throws -> InviteList {
    let bytes = try file == "-" ? InputFile.standardInput() : InputFile.read(file)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.usage, "could not read \(file)", why: "it is not UTF-8", next: "save it as UTF-8")
    }
    do {
      return try InviteList(text, batch: batch ?? "")
    } catch {
      throw Failure(.usage, "could not read \(file)", why: error.text)
    }
  }

  private func showAll(_ context: Context) async throws {
    let bearer = try context.bearer("list the invites")
    let call = Call.invites(to: meeting, limit: page.limit, cursor: page.cursor).with(bearer: bearer)
    let answer = try await context.call(call, "list the invites")
    try context.console.list(
      answer, ["INVITE", "ROLE", "USED", "OF", "UNTIL", "BYPASS", "ACCOUNT", "NAME", "LABEL"],
      none: "Nobody is invited."
    ) { invite in
      ["id", "role", "used", "uses", "expires_at", "bypass_waiting_room", "account", "display_name", "label"]
        .map { Layout.text(invite[$0]) }
    }
    try page.hintMore(answer, context)
  }

  func validate() throws {
    let details = draft != InviteDraft()
    if [list, revoke != nil, from != nil, details].filter({ $0 }).count > 1 {
      throw ValidationError("--list, --revoke and --from stand alone, without what one invite is made of")
    }
    if batch != nil, from == nil { throw ValidationError("--batch goes with --from") }
  }
}
