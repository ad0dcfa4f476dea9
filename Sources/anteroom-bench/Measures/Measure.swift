import AnteroomSystem
import ArgumentParser

/// Measures, and prints. A missed target is said and changes nothing about the exit code: this tells, it does not judge.
struct Measure: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Measure everything, or what --only names (the default).")

  enum Part: String, ExpressibleByArgument, CaseIterable, Sendable { case signin, joins, grants, cpu, flat }

  @Option(help: "Seconds of each slice; each is measured several times, in turns with its reference.")
  var seconds: Double?

  @Option(help: "Only \(Part.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated.")
  var only: [Part] = []

  @Flag(help: "Shorter and fewer slices: about 40 seconds in all.")
  var quick = false

  @Option(help: "Where the servers keep their stores: must be on a disk.")
  var directory = "/var/tmp"

  func run() async throws {
    let filesystem = Workplace.filesystem(of: directory)
    guard filesystem != "tmpfs" && filesystem != "ramfs" else {
      throw ValidationError("\(directory) is in memory: a sync there costs nothing. Name a --directory on a disk.")
    }
    let plan = Plan(
      directory: directory, seconds: seconds ?? (quick ? 0.6 : 1.6), rounds: quick ? 2 : 3, isQuick: quick,
      threads: max(1, min(SystemUsers.cores, 4)))
    Report.say("anteroom-bench: \(SystemUsers.cores) cores, stores in \(directory) (\(filesystem)), synchronous=FULL.")
    Report.say("Client and servers are processes of their own and share the cores. Each figure is the median of")
    Report.say(
      "\(plan.rounds) slices of \(Figures.short(plan.seconds)) s in turns with its reference; a ratio is the median of theirs."
    )
    let parts = only.isEmpty ? Part.allCases : only
    for part in Part.allCases where parts.contains(part) {
      switch part {
      case .signin: try SignIns(plan: plan).run()
      case .joins: try Joins(plan: plan).run()
      case .grants: try Introspections(plan: plan).run()
      case .cpu: try await JoinCPU(plan: plan).run()
      case .flat: if !quick || only.contains(.flat) { try Flat(plan: plan).run() }
      }
    }
  }
}

/// How long and how often.
struct Plan: Sendable {
  let directory: String
  let seconds: Double
  let rounds: Int
  let isQuick: Bool
  /// As many as the daemon hashes with by default.
  let threads: Int

  var warmUp: Double { isQuick ? 0.2 : 0.5 }
  static let levels = [1, 8, 64]
}
