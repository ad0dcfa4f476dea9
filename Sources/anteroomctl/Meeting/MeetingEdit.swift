import AnteroomClient
import ArgumentParser

struct MeetingEdit: Act {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Change a meeting's title, times, policy, cohosts or host. Needs login.",
    discussion: """
      What is not named stays. Times are RFC 3339 in UTC, and none takes one away. --cohost names all cohosts there are \
      to be. After --host the meeting is somebody else's.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Option(help: "What the meeting is called.") var title: String?
  @Option(help: ArgumentHelp("A policy setting; may stand more than once.", valueName: "key=value"))
  var policy: [PolicySetting] = []
  @Option(help: ArgumentHelp("From when people are let in.", valueName: "time")) var opensAt: String?
  @Option(help: ArgumentHelp("When it is over.", valueName: "time")) var closesAt: String?
  @Option(
    help: ArgumentHelp("An account that may act as the host, too; may stand more than once.", valueName: "account"))
  var cohost: [String] = []
  @Flag(help: "Nobody is a cohost any more.") var noCohosts = false
  @Option(help: ArgumentHelp("Hand the meeting over to this account.", valueName: "account")) var host: String?
  @Option(help: ArgumentHelp("Why the meeting may be open to anybody who finds it.", valueName: "reason"))
  var unprotected: String?

  func run(_ context: Context) async throws {
    let what = "change the meeting"
    let bearer = try context.bearer(what)
    let cohosts = noCohosts ? [] : cohost.isEmpty ? nil : try await context.accountIDs(cohost, what)
    let host = if let host { try await context.accountID(host, what) } else { String?.none }
    let call = Call.editMeeting(meeting, body(host: host, cohosts: cohosts)).with(bearer: bearer)
    try context.console.show(await context.call(call, what)) { MeetingText.whole($0["meeting"] ?? $0) }
  }

  func body(host: String?, cohosts: [String]?) -> WipedBytes {
    var body = JSONBody()
    body.set("title", ifPresent: title)
    if !policy.isEmpty { body.set("policy", .object(policy.map { JSONValue.Member($0.name, $0.value) })) }
    for (name, time) in [("opens_at", opensAt), ("closes_at", closesAt)] {
      if let time { body.set(name, time == "none" ? .null : .string(time)) }
    }
    if let cohosts { body.set("cohosts", .array(cohosts.map { .string($0) })) }
    body.set("host", ifPresent: host)
    if let unprotected { body.set("unprotected", .object([JSONValue.Member("reason", .string(unprotected))])) }
    return body.finish()
  }

  func validate() throws {
    if Set(policy.map(\.name)).count < policy.count { throw ValidationError("a policy setting stands twice") }
    if noCohosts, !cohost.isEmpty { throw ValidationError("--cohost and --no-cohosts exclude each other") }
    let changes = [title, opensAt, closesAt, host, unprotected].contains { $0 != nil }
    if !changes, policy.isEmpty, cohost.isEmpty, !noCohosts { throw ValidationError("say what is to change") }
  }
}
