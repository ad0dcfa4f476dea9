import AnteroomClient
import ArgumentParser

struct MeetingBanLift: Act {
  static let configuration = CommandConfiguration(
    commandName: "lift", abstract: "Let somebody ask again who was kept out.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "The ban's id, from meeting ban list.") var ban: String

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("lift the ban")
    _ = try await context.call(.liftBan(ban, in: meeting).with(bearer: bearer), "lift the ban")
    context.console.hint("Lifted.")
  }
}
