import AnteroomClient
import ArgumentParser

struct MeetingLock: Act {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Keep newcomers out; whoever is inside stays. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws { try await context.act(.lock, on: meeting) }
}
