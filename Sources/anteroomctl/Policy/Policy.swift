import ArgumentParser

struct Policy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The settings that decide who gets in.", subcommands: [PolicyShow.self])
}
