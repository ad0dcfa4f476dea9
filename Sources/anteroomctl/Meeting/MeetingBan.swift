import ArgumentParser

struct MeetingBan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ban", abstract: "Who is kept out of a meeting. Needs login.",
    subcommands: [MeetingBanList.self, MeetingBanAdd.self, MeetingBanLift.self])
}
