import AnteroomClient
import ArgumentParser

struct MeetingOpen: Act {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open a meeting now, or a series again after its end. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws { try await context.act(.open, on: meeting) }
}
