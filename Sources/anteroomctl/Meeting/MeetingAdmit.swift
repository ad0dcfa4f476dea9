import AnteroomClient
import ArgumentParser

struct MeetingAdmit: Act {
  static let configuration = CommandConfiguration(
    commandName: "admit", abstract: "Let somebody in who waits. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "The join's id, from meeting waiting.") var join: String

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("admit")
    let answer = try await context.call(.admit(join, to: meeting).with(bearer: bearer), "admit")
    try context.console.show(answer) { Layout.fields($0["join"] ?? $0) }
  }
}
