import AnteroomClient
import ArgumentParser

struct MeetingDeny: Act {
  static let configuration = CommandConfiguration(
    commandName: "deny", abstract: "Turn somebody away who waits. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "The join's id, from meeting waiting.") var join: String
  @Option(help: "Why, for the hosts and the audit.") var reason: String?
  @Option(help: "What the person is told.") var message: String?
  @Flag(help: "Keep the person out until the meeting ends.") var ban = false

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("deny")
    let call = Call.shutOut(join, of: meeting, by: .deny, reason: reason, message: message, ban: ban)
    try context.console.show(await context.call(call.with(bearer: bearer), "deny")) { Layout.fields($0["join"] ?? $0) }
  }
}
