import AnteroomClient
import ArgumentParser

struct MeetingUnlock: Act {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Let newcomers ask again. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws { try await context.act(.unlock, on: meeting) }
}
