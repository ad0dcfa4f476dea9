/// Joins with a right passcode, against a bare echo on the same HTTP stack and against one commit per request.
struct Joins {
  let plan: Plan

  func run() throws {
    let daemon = try ServerProcess(.daemon, in: plan.directory)
    defer { daemon.stop() }
    let commitEach = try ServerProcess(.commitEach, in: plan.directory)
    defer { commitEach.stop() }
    let joins = try Joins.load(daemon)
    let joinsCommittedAlone = try Joins.load(commitEach)
    let bytes = try Preparation.exchange(try Wire(joins.socket), joins.requests[0], expecting: 201).count
    let echo = try ServerProcess(.echo, in: plan.directory, ["--bytes", String(bytes)])
    defer { echo.stop() }
    let echoes = Load(socket: echo.workplace.frontend, requests: joins.requests, expected: 201)

    Report.title("Joins: right passcode, 201 waiting, on disk before it is answered; echo of \(bytes) bytes")
    Report.header("connections")
    for level in Plan.levels {
      var echoSeries = Series()
      var joinSeries = Series()
      var aloneSeries = Series()
      for _ in 0..<plan.rounds {
        echoSeries.add(try echoes.run(connections: level, seconds: plan.seconds, warmUp: plan.warmUp))
        joinSeries.add(try joins.run(connections: level, seconds: plan.seconds, warmUp: plan.warmUp))
        guard level == Plan.levels.last else { continue }
        aloneSeries.add(
          try joinsCommittedAlone.run(connections: level, seconds: plan.seconds, warmUp: plan.warmUp))
      }
      let ratio = joinSeries.ratio(to: echoSeries)
      Report.row("\(Figures.right(String(level), 3))  echo", echoSeries)
      Report.row("     join", joinSeries, ratio: ratio)
      if level == Plan.levels.last { Report.row("     join, one commit per request", aloneSeries) }
      Report.target("joins of echo", ratio, atLeast: 0.15, aim: 0.35)
      guard level == Plan.levels.last else { continue }
      Report.target("joins of one commit per request", joinSeries.ratio(to: aloneSeries), atLeast: 5)
    }
    Report.say("     One connection alone waits out a sync for each join: there is nothing to share it with.")
  }

  /// Joins at as many meetings as the highest level has connections.
  static func load(_ server: ServerProcess) throws -> Load {
    let doors = try Preparation(workplace: server.workplace).doors(64, host: "host")
    return Load(socket: server.workplace.frontend, requests: doors.map(\.request), expected: 201)
  }
}
