/// Numbers as they are printed.
enum Figures {
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// Of sorted nanoseconds, in milliseconds: the value that `share` of them do not exceed.
  static func percentile(_ share: Double, of sorted: [UInt64]) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1e6
  }

  /// With so many digits after the point, and groups of three before it.
  static func text(_ value: Double, _ digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((value.magnitude * Double(scale)).rounded())
    var whole = Array(String(scaled / scale))
    var place = whole.count - 3
    while place > 0 {
      whole.insert(",", at: place)
      place -= 3
    }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let part = String(scaled % scale)
    return sign + String(whole) + "." + String(repeating: "0", count: digits - part.count) + part
  }

  /// Three digits that count.
  static func short(_ value: Double) -> String {
    switch value.magnitude {
    case 100...: text(value, 0)
    case 10..<100: text(value, 1)
    case 1..<10: text(value, 2)
    case _: text(value, 3)
    }
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
