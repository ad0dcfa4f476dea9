import AnteroomCrypto

/// Sign-ins through the daemon against the same Argon2 parameters called bare in as many threads.
struct SignIns {
  let plan: Plan

  func run() throws {
    Report.title("Sign-ins: POST /v1/sessions, right password, 8 connections, against bare Argon2")
    Report.header("parameters")
    // The OWASP floor, and the default.
    for (memory, iterations) in [(19 * 1024, 2), (64 * 1024, 3)] { try run(memory, iterations) }
    Report.say("     A ratio by processor time leaves out what else ran on the machine meanwhile.")
  }

  private func run(_ memory: Int, _ iterations: Int) throws {
    let server = try ServerProcess(
      .daemon, in: plan.directory, ["--memory-kib", String(memory), "--iterations", String(iterations)])
    defer { server.stop() }
    let load = Load(
      socket: server.workplace.frontend, requests: try Preparation(workplace: server.workplace).signIns(8),
      expected: 201)
    let bare = BareArgon2(
      parameters: try Argon2Parameters(memoryKiB: memory, iterations: iterations, parallelism: 1),
      threads: plan.threads)
    // A default hash takes a tenth of a second and more: a short slice would count too few.
    let seconds = plan.seconds * 2
    var bareSeries = Series()
    var signIns = Series()
    var bareCPU: [Double] = []
    for _ in 0..<plan.rounds {
      let hashes = try bare.run(seconds: seconds, warmUp: plan.warmUp)
      bareSeries.add(rate: hashes.rate)
      bareCPU.append(hashes.cpuPerHash)
      let before = try server.cpu().total
      let sample = try load.run(connections: 8, seconds: seconds, warmUp: plan.warmUp)
      signIns.add(sample, cpu: try server.cpu().total - before)
    }
    let ratio = signIns.ratio(to: bareSeries)
    Report.row("bare, \(plan.threads) threads, \(memory / 1024) MiB, \(iterations) passes", bareSeries)
    Report.row("sign-in", signIns, ratio: ratio)
    Report.target("sign-ins of bare", ratio, atLeast: 0.9)
    let byCPU = Figures.median(bareCPU) / signIns.cpuPerAnswer
    Report.say(
      "     by processor time: bare \(Figures.short(Figures.median(bareCPU) / 1e6)) ms, "
        + "sign-in \(Figures.short(signIns.cpuPerAnswer / 1e6)) ms, ratio \(Figures.short(byCPU))")
  }
}
