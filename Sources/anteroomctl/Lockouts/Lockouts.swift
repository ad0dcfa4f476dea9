import ArgumentParser

struct Lockouts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is delayed or barred after failed attempts.",
    subcommands: [LockoutsList.self, LockoutsClear.self])
}

/// Whom it is about. Addresses and names that were typed are kept as keyed digests, so that these find them and
/// nothing lists them.
struct LockoutFilter: ParsableArguments {
  @Option(help: "Only what is about this username, existing or not.") var username: String?
  @Option(help: "Only what is about this address.") var source: String?
}
