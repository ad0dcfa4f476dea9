/// Introspection of grants and of sessions, against a bare echo.
struct Introspections {
  let plan: Plan

  func run() throws {
    let daemon = try ServerProcess(
      .daemon, in: plan.directory, ["--memory-kib", String(19 * 1024), "--iterations", "2"])
    defer { daemon.stop() }
    let echo = try ServerProcess(.echo, in: plan.directory)
    defer { echo.stop() }
    let preparation = Preparation(workplace: daemon.workplace)
    guard
      let door = try preparation.doors(
        1, host: "host",
        policy: #"{"waiting_room":"off","before_host":"allow","capacity":100000,"grant_seconds":120}"#
      ).first
    else { return }
    let sessions = try preparation.introspections(ofSessionsBy: try preparation.signIns(8))
    let socket = daemon.workplace.frontend
    Report.title("Introspection: POST /v1/grants/introspect and /v1/sessions/introspect, active ones")
    Report.header("connections")
    for level in Plan.levels {
      var echoSeries = Series()
      var grantSeries = Series()
      var sessionSeries = Series()
      for _ in 0..<plan.rounds {
        // Made anew for each slice: a grant lives two minutes at most.
        let grants = try preparation.introspections(64, through: door)
        let load = Load(socket: echo.workplace.frontend, requests: grants, expected: 201)
        echoSeries.add(try load.run(connections: level, seconds: plan.seconds / 2, warmUp: plan.warmUp))
        grantSeries.add(try run(socket, grants, level))
        sessionSeries.add(try run(socket, sessions, level))
      }
      Report.row("\(Figures.right(String(level), 3))  echo", echoSeries)
      Report.row("     grant", grantSeries, ratio: grantSeries.ratio(to: echoSeries))
      Report.row("     session", sessionSeries, ratio: sessionSeries.ratio(to: echoSeries))
    }
  }

  private func run(_ socket: String, _ requests: [[UInt8]], _ level: Int) throws -> Sample {
    let load = Load(socket: socket, requests: requests, expected: 200)
    let sample = try load.run(connections: level, seconds: plan.seconds / 2, warmUp: plan.warmUp)
    // Afterwards: so it was active all the time.
    try Preparation.check(socket, requests[0])
    return sample
  }
}
