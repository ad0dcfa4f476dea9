import AnteroomClient
import ArgumentParser

struct MeetingEnd: Act {
  static let configuration = CommandConfiguration(
    commandName: "end", abstract: "End the meeting: nobody waits or comes in any more. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws { try await context.act(.end, on: meeting) }
}
