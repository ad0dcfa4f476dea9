/// Whether a join costs the same in a small house and in a large one.
struct Flat {
  let plan: Plan

  func run() throws {
    let small = try ServerProcess(.daemon, in: plan.directory, ["--meetings", "100"])
    defer { small.stop() }
    let large = try ServerProcess(.daemon, in: plan.directory, ["--meetings", "100000"])
    defer { large.stop() }
    let loads = (small: try Joins.load(small), large: try Joins.load(large))
    Report.title("Joins with 100 and with 100,000 meetings stored, 64 connections")
    Report.header("meetings")
    var smallSeries = Series()
    var largeSeries = Series()
    for _ in 0..<plan.rounds {
      smallSeries.add(try loads.small.run(connections: 64, seconds: plan.seconds, warmUp: plan.warmUp))
      largeSeries.add(try loads.large.run(connections: 64, seconds: plan.seconds, warmUp: plan.warmUp))
    }
    Report.row("    100", smallSeries)
    Report.row("100,000", largeSeries, ratio: largeSeries.ratio(to: smallSeries))
  }
}
