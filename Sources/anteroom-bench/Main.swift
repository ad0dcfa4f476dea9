import ArgumentParser

/// The project's own load generator. Servers run as processes of their own, since in life nobody shares a
/// process with the daemon; everything is told as a ratio, because a second on a borrowed machine says little.
@main
struct AnteroomBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anteroom-bench",
    abstract: "Measures sign-ins, joins and introspection against what the machine could do bare.",
    subcommands: [Measure.self, Serve.self], defaultSubcommand: Measure.self)
}

/// What stops a run: the benchmark could not be set up, or the daemon did not answer as it must.
struct BenchFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
