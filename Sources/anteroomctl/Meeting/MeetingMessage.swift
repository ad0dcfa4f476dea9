import AnteroomClient
import ArgumentParser

struct MeetingMessage: Act {
  static let configuration = CommandConfiguration(
    commandName: "message", abstract: "Tell all who wait something, or one person. Needs login.",
    discussion: "It replaces what was said before. Nothing secret belongs in it: a program's arguments can be read.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "What to say, at most 500 characters.") var text: String
  @Option(help: "Only the person of this join, who waits or is in.") var join: String?

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("send the message")
    let call = Call.message(text, to: join, in: meeting).with(bearer: bearer)
    try context.console.show(await context.call(call, "send the message")) { Layout.fields($0["join"] ?? $0) }
  }
}
