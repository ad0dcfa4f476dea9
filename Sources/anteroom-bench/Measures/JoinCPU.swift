/// The processor time of a join, and where it goes.
struct JoinCPU {
  let plan: Plan

  func run() async throws {
    let daemon = try ServerProcess(.daemon, in: plan.directory)
    let joins = try Joins.load(daemon)
    let bytes = try Preparation.exchange(try Wire(joins.socket), joins.requests[0], expecting: 201).count
    let echo = try ServerProcess(.echo, in: plan.directory, ["--bytes", String(bytes)])
    let echoes = Load(socket: echo.workplace.frontend, requests: joins.requests, expected: 201)
    _ = try joins.run(connections: 64, seconds: plan.warmUp, warmUp: 0)
    _ = try echoes.run(connections: 64, seconds: plan.warmUp, warmUp: 0)
    let seconds = plan.isQuick ? plan.seconds * 2 : plan.seconds * 3
    let join = try measure(daemon, joins, seconds)
    let answer = try measure(echo, echoes, seconds)
    daemon.stop()
    echo.stop()

    Report.title("Processor time of a join at 64 connections, in µs of the server's")
    Report.say(
      Figures.left("by thread", 52) + ["user", "system", "sum", "share", "echo"].map { Figures.right($0, 9) }.joined())
    for role in Role.allCases { JoinCPU.row(role.rawValue, join.roles[role], answer.roles[role], of: join.all) }
    JoinCPU.row("all", join.all, answer.all, of: join.all)
    let workplace = try Workplace(in: plan.directory)
    defer { workplace.remove() }
    try await JoinParts(plan: plan, workplace: workplace).run(
      requests: (join.roles[.eventLoop]?.sum ?? 0) - (answer.roles[.eventLoop]?.sum ?? 0),
      writer: join.roles[.writer]?.sum ?? 0)
  }

  private static func row(_ name: String, _ join: Cost?, _ echo: Cost?, of all: Cost) {
    let join = join ?? Cost()
    let figures = [
      Figures.text(join.user, 1), Figures.text(join.system, 1), Figures.text(join.sum, 1),
      Figures.text(join.sum / all.sum * 100, 0) + " %", Figures.text(echo?.sum ?? 0, 1),
    ]
    Report.say(Figures.left("  " + name, 52) + figures.map { Figures.right($0, 9) }.joined())
  }

  /// What a thread is there for, by the name that its library gave it.
  private enum Role: String, CaseIterable {
    case eventLoop = "event loop: HTTP, access, JSON, digests, reply"
    case pool = "pool: what takes longer"
    case writer = "writer: decisions, rows, commits"
    case others = "others"

    init(thread name: String) {
      if name.hasPrefix("NIO") {
        self = .eventLoop
      } else if name.hasSuffix("overcommit") {
        // Dispatch's word for the threads of serial queues: the store's writer is the busy one.
        self = .writer
      } else if name.hasSuffix("-qos") {
        self = .pool
      } else {
        self = .others
      }
    }
  }

  /// In microseconds a request.
  private struct Cost {
    var user = 0.0
    var system = 0.0
    var sum: Double { user + system }
  }

  private func measure(
    _ server: ServerProcess, _ load: Load, _ seconds: Double
  ) throws -> (roles: [Role: Cost], all: Cost) {
    let before = try server.cpu()
    let answers = Double(try load.run(connections: 64, seconds: seconds, warmUp: 0).answers)
    let after = try server.cpu()
    let earlier = Dictionary(before.threads.map { ($0.id, $0) }) { first, _ in first }
    var roles: [Role: Cost] = [:]
    var all = Cost()
    // The kernel counts hundredths of a second.
    let unit = 1e4 / answers
    for thread in after.threads {
      let user = Double(thread.user - (earlier[thread.id]?.user ?? 0)) * unit
      let system = Double(thread.system - (earlier[thread.id]?.system ?? 0)) * unit
      roles[Role(thread: thread.name), default: Cost()].user += user
      roles[Role(thread: thread.name), default: Cost()].system += system
      all.user += user
      all.system += system
    }
    return (roles, all)
  }
}
