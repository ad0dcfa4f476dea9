import AnteroomClient
import ArgumentParser

struct MeetingSendBack: Act {
  static let configuration = CommandConfiguration(
    commandName: "send-back", abstract: "Send somebody who is in back to the waiting room. Needs login.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The meeting's id.") var meeting: String
  @Argument(help: "The join's id, from meeting waiting --state present.") var join: String

  func run(_ context: Context) async throws {
    let bearer = try context.bearer("send back")
    let answer = try await context.call(.sendBack(join, of: meeting).with(bearer: bearer), "send back")
    try context.console.show(answer) { Layout.fields($0["join"] ?? $0) }
  }
}
