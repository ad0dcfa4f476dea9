import AnteroomClient
import ArgumentParser

struct MeetingDelete: Act {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "End a meeting and forget it; its id is never given again. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("delete the meeting")
    _ = try await context.call(.deleteMeeting(meeting).with(bearer: bearer), "delete the meeting")
    context.console.hint("Deleted.")
  }
}
