import ArgumentParser

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The keys that grants are signed with.", subcommands: [KeysShow.self, KeysRotate.self])
}
