import AnteroomClient
import ArgumentParser

struct MeetingPasscode: Act {
  static let configuration = CommandConfiguration(
    commandName: "passcode", abstract: "Give the meeting a new passcode; prints it, once. Needs login.",
    discussion: """
      The old one is worth nothing from then on, invites live on, and those who wait on the old one are marked \
      unproven. One is generated, unless --value-stdin brings one, which must not be guessable.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Option(help: "characters, words or digits; as before where it is not said.") var kind: String?
  @Flag(help: "Read the new passcode from standard input.") var valueStdin = false

  func run(_ context: Context) async throws {
    let what = "make a new passcode"
    let bearer = try context.bearer(what)
    let value = try valueStdin ? Prompt.scripted("passcode") : nil
    let call = Call.rotatePasscode(of: meeting, kind: kind, value: value)
    try context.console.show(await context.call(call.with(bearer: bearer), what)) { Layout.fields($0) }
    context.console.hint("The passcode is shown this once.")
  }
}
