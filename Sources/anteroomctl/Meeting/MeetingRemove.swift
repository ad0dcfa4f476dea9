import AnteroomClient
import ArgumentParser

struct MeetingRemove: Act {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Put somebody out who is in, and keep them out. Needs login.",
    discussion: """
      Whoever is removed stays out until the meeting ends, by account or by ticket, unless the meeting's \
      removed_may_return or --no-ban says otherwise. After somebody without an account was removed, joins by the \
      passcode alone wait and are marked unproven.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "The join's id, from meeting waiting --state present.") var join: String
  @Option(help: "Why, for the hosts and the audit.") var reason: String?
  @Option(help: "What the person is told.") var message: String?
  @Flag(name: .customLong("no-ban"), help: "Let the person ask again.") var noBan = false

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("remove")
    let call = Call.shutOut(join, of: meeting, by: .remove, reason: reason, message: message, ban: !noBan)
    try context.console.show(await context.call(call.with(bearer: bearer), "remove")) {
      Layout.fields($0["join"] ?? $0)
    }
  }
}
