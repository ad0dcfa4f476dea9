import Glibc

/// What is printed: plain text, at most 100 columns.
enum Report {
  static func title(_ text: String) {
    say("\n\(text)\n\(String(repeating: "-", count: text.count))")
  }

  /// At once, also where standard output is a pipe: a run takes minutes.
  static func say(_ text: String) {
    print(text)
    fflush(nil)
  }

  static func header(_ first: String) {
    say(
      Figures.left(first, 36) + Figures.right("per second", 12) + Figures.right("ratio", 9)
        + ["p50 ms", "p90 ms", "p99 ms", "max ms"].map { Figures.right($0, 10) }.joined())
  }

  /// One line of a table: the median rate of its slices, its ratio to the reference, and its latencies over all slices.
  static func row(_ name: String, _ series: Series, ratio: Double? = nil) {
    let sorted = series.latencies.sorted()
    let times = [0.5, 0.9, 0.99, 1].map { Figures.right(Figures.short(Figures.percentile($0, of: sorted)), 10) }
    say(
      Figures.left(name, 36) + Figures.right(Figures.short(series.rate), 12)
        + Figures.right(ratio.map(Figures.short) ?? "", 9) + (sorted.isEmpty ? "" : times.joined()))
  }

  /// Whether a ratio reaches what is wanted of it. It is said, and nothing more comes of it.
  static func target(_ what: String, _ ratio: Double, atLeast target: Double, aim: Double? = nil) {
    let standing =
      if ratio < target {
        "below target"
      } else if let aim, ratio < aim {
        "target met, aim is \(Figures.short(aim))"
      } else {
        "target met"
      }
    say("  -> \(what): \(Figures.short(ratio)), at least \(Figures.short(target)) wanted: \(standing)")
  }
}

/// The slices of one thing that was measured, in the order they were taken.
struct Series {
  private(set) var rates: [Double] = []
  private(set) var latencies: [UInt64] = []
  private(set) var answers = 0
  /// Nanoseconds of processor time of the server during the slices; 0 where nobody asked.
  private(set) var cpu: UInt64 = 0

  mutating func add(_ sample: Sample, cpu: UInt64 = 0) {
    rates.append(sample.rate)
    latencies.append(contentsOf: sample.latencies)
    answers += sample.answers
    self.cpu += cpu
  }

  mutating func add(rate: Double) { rates.append(rate) }

  var rate: Double { Figures.median(rates) }
  /// Nanoseconds an answer.
  var cpuPerAnswer: Double { Double(cpu) / Double(max(1, answers)) }

  /// The median of the ratios of slices that were taken one after the other: what the machine does besides hits both.
  func ratio(to reference: Series) -> Double {
    Figures.median(zip(rates, reference.rates).map { $1 > 0 ? $0 / $1 : 0 })
  }
}
