import ArgumentParser

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The keys that grants are signed with, and the pepper of the passwords.",
    subcommands: [KeysShow.self, KeysRotate.self])
}
