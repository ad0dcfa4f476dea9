import AnteroomClient
import ArgumentParser

struct MeetingShow: Act {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one meeting, its policy and what decided each setting.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws {
    let call = Call.meeting(meeting).with(bearer: try context.sessions.read())
    try context.console.show(await context.call(call, "show the meeting")) { MeetingText.whole($0["meeting"] ?? $0) }
  }
}
