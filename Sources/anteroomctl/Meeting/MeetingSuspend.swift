import AnteroomClient
import ArgumentParser

struct MeetingSuspend: Act {
  static let configuration = CommandConfiguration(
    commandName: "suspend",
    abstract: "Send everyone but the hosts back to waiting, and lock the meeting. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String

  func run(_ context: Context) async throws { try await context.act(.suspend, on: meeting) }
}
