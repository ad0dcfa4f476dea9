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

    Report.title("Processor time of a join at 64 connections (µs)")
    Report.say(
      "join \(Figures.text(join.total, 1)) (user \(Figures.text(join.user, 1)), "
        + "system \(Figures.text(join.system, 1))), echo \(Figures.text(answer.total, 1))")
    Report.say(Figures.left("by thread", 40) + ["user", "system", "share"].map { Figures.right($0, 10) }.joined())
    for thread in join.threads where thread.user + thread.system >= join.total / 100 {
      let share = (thread.user + thread.system) / join.total * 100
      Report.say(
        Figures.left("  \(thread.name)", 40)
          + [Figures.text(thread.user, 1), Figures.text(thread.system, 1), Figures.text(share, 0) + " %"]
          .map { Figures.right($0, 10) }.joined())
    }
    let workplace = try Workplace(in: plan.directory)
    defer { workplace.remove() }
    try await JoinParts(plan: plan, workplace: workplace).run(process: join.total, echo: answer.total)
  }

  /// In microseconds a request.
  private struct Cost {
    struct Thread {
      let name: String
      let user: Double
      let system: Double
    }
    let total: Double
    let user: Double
    let system: Double
    /// The busiest first.
    let threads: [Thread]
  }

  private func measure(_ server: ServerProcess, _ load: Load, _ seconds: Double) throws -> Cost {
    let before = try server.cpu()
    let answers = Double(try load.run(connections: 64, seconds: seconds, warmUp: 0).answers)
    let after = try server.cpu()
    let earlier = Dictionary(before.threads.map { ($0.id, $0) }) { first, _ in first }
    // The kernel counts hundredths of a second.
    let threads = after.threads.map { thread in
      Cost.Thread(
        name: thread.name + " #\(thread.id - (after.threads.first?.id ?? 0))",
        user: Double(thread.user - (earlier[thread.id]?.user ?? 0)) * 1e4 / answers,
        system: Double(thread.system - (earlier[thread.id]?.system ?? 0)) * 1e4 / answers)
    }
    let user = threads.reduce(0) { $0 + $1.user }
    let system = threads.reduce(0) { $0 + $1.system }
    let total = Double(after.total - before.total) / 1000 / answers
    // The ticks tell the shares, the process's own clock the sum.
    let share = user + system > 0 ? user / (user + system) : 0
    return Cost(
      total: total, user: total * share, system: total * (1 - share),
      threads: threads.sorted { $0.user + $0.system > $1.user + $1.system })
  }
}
