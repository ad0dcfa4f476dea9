import ArgumentParser

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  static let defaultSocket = "/run/anteroom/admin.sock"
  /// For hosts, who are no operators.
  static let frontEndSocket = "/run/anteroom/frontend.sock"

  @Option(help: ArgumentHelp("The daemon's socket.", valueName: "path"))
  var socket = GlobalOptions.defaultSocket

  @Flag(help: "Print the API's answer as it came.")
  var json = false
}

/// A command that calls the daemon.
protocol Act: AsyncParsableCommand {
  var global: GlobalOptions { get }
  func run(_ context: Context) async throws
}

extension Act {
  mutating func run() async throws { try await Context.run(self) }
}
