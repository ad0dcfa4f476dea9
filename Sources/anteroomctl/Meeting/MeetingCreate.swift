import AnteroomClient
import ArgumentParser

struct MeetingCreate: Act {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create a meeting; prints its passcode, once.",
    discussion: """
      After login the meeting is one's own. An operator names the host with --host. Times are RFC 3339 in UTC, for \
      instance 2026-11-23T09:00:00Z.

      Example: anteroomctl meeting create --title Standup --waiting-room everyone --policy capacity=12
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "What the meeting is called; those who wait do not see it.") var title: String?
  @Option(help: "An id of one's own choice; the generated ones cannot be guessed.") var id: String?
  @Option(help: "The room's name in the conferencing server.") var external: String?
  @Option(help: "once or series.") var kind: String?
  @Flag(help: "May be opened again after its end; the same as --kind series.") var series = false
  @Option(help: ArgumentHelp("From when people are let in.", valueName: "time")) var opensAt: String?
  @Option(help: ArgumentHelp("When it is over.", valueName: "time")) var closesAt: String?
  @Option(
    help: ArgumentHelp("An account that may act as the host, too; may stand more than once.", valueName: "account"))
  var cohost: [String] = []
  @Option(help: "The host's username or id: as an operator, without using a login.") var host: String?
  @Option(help: "general, education, health or public.") var profile: String?
  @Option(help: "characters, words or digits.") var passcodeKind: String?
  @Option(help: "off, guests, uninvited or everyone; the same as --policy waiting_room=…") var waitingRoom: String?
  @Option(help: ArgumentHelp("A policy setting; may stand more than once.", valueName: "key=value"))
  var policy: [PolicySetting] = []
  @Option(help: ArgumentHelp("Why the meeting may be open to anybody who finds it.", valueName: "reason"))
  var unprotected: String?

  func run(_ context: Context) async throws {
    let hostID = if let host { try await context.accountID(host, "create the meeting") } else { String?.none }
    let cohostIDs = try await context.accountIDs(cohost, "create the meeting")
    // Who names a host acts as the operator; a login kept here would make it one's own meeting.
    let bearer = host == nil ? try context.sessions.read() : nil
    if host == nil, bearer == nil {
      throw Failure(
        .usage, "could not create the meeting", why: "it needs a host, and nobody is signed in here",
        next: "add --host USERNAME, or sign in with \(context.advice.command("login"))")
    }
    let answer = try await context.call(
      .createMeeting(body(host: hostID, cohosts: cohostIDs)).with(bearer: bearer), "create the meeting")
    try context.console.show(answer) { value in
      MeetingText.brief(
        value["meeting"] ?? .null, and: [("passcode", value["passcode"]), ("url", value["url"])])
    }
    let made = try Context.value(of: answer)
    let once = made["passcode"] == nil ? "" : "The passcode is shown this once. "
    let id = Layout.text(made["meeting"]?["id"])
    context.console.hint(
      "\(once)Its policy: \(context.advice.command("meeting show \(id)")). "
        + "Who knocks: \(context.advice.command("meeting watch \(id)"))")
  }

  func body(host: String?, cohosts: [String] = []) -> WipedBytes {
    var body = JSONBody()
    body.set("id", ifPresent: id)
    body.set("external", ifPresent: external)
    body.set("kind", ifPresent: series ? "series" : kind)
    body.set("host", ifPresent: host)
    body.set("title", ifPresent: title)
    body.set("profile", ifPresent: profile)
    body.set("opens_at", ifPresent: opensAt)
    body.set("closes_at", ifPresent: closesAt)
    if !cohosts.isEmpty { body.set("cohosts", .array(cohosts.map { .string($0) })) }
    let settings = policy + (waitingRoom.map { [PolicySetting(name: "waiting_room", value: .string($0))] } ?? [])
    if !settings.isEmpty { body.set("policy", .object(settings.map { JSONValue.Member($0.name, $0.value) })) }
    if let passcodeKind { body.set("passcode", .object([JSONValue.Member("kind", .string(passcodeKind))])) }
    if let unprotected { body.set("unprotected", .object([JSONValue.Member("reason", .string(unprotected))])) }
    return body.finish()
  }

  func validate() throws {
    if series, kind != nil { throw ValidationError("--series and --kind exclude each other") }
    let names = policy.map(\.name) + (waitingRoom == nil ? [] : ["waiting_room"])
    if Set(names).count < names.count { throw ValidationError("a policy setting stands twice") }
  }
}
