/// A moment in UTC, in milliseconds since 1970-01-01T00:00:00Z; what the contract's times carry.
package struct Instant: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }
  package init(seconds: Int64) { self.milliseconds = seconds * 1000 }

  /// Whole seconds since 1970, rounded down: what JWT's NumericDate and TOTP count in.
  package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000 }

  package static func < (one: Instant, other: Instant) -> Bool { one.milliseconds < other.milliseconds }

  package func adding(seconds: Int) -> Instant { Instant(milliseconds: milliseconds + Int64(seconds) * 1000) }

  /// Milliseconds from `earlier` to here; negative when `earlier` is later.
  package func milliseconds(since earlier: Instant) -> Int64 { milliseconds - earlier.milliseconds }

  /// Whole seconds from `now` until here, rounded up and at least 1: an honest `Retry-After`.
  package func secondsToWait(from now: Instant) -> Int {
    max(1, Int((milliseconds - now.milliseconds + 999) / 1000))
  }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC with milliseconds, `2026-11-22T08:30:00.000Z`.
  package var description: String {
    let milliOfDay = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
    let day = (milliseconds - milliOfDay) / 86_400_000
    let (year, month, dayOfMonth) = Instant.civil(fromDay: day)
    let secondOfDay = milliOfDay / 1000
    var text: [UInt8] = []
    text.reserveCapacity(24)
    for (value, width, after) in [
      (year, 4, "-"), (month, 2, "-"), (dayOfMonth, 2, "T"), (secondOfDay / 3600, 2, ":"),
      (secondOfDay / 60 % 60, 2, ":"), (secondOfDay % 60, 2, "."), (milliOfDay % 1000, 3, "Z"),
    ] as [(Int64, Int, Unicode.Scalar)] {
      Instant.append(value, width, to: &text)
      text.append(UInt8(ascii: after))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads RFC 3339 in UTC (`Z` only, with or without a fraction); nil for anything else.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
    let separators: [(Int, UInt8)] = [
      (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (10, UInt8(ascii: "T")), (13, UInt8(ascii: ":")),
      (16, UInt8(ascii: ":")),
    ]
    for (index, separator) in separators where bytes[index] != separator { return nil }
    guard let year = Instant.digits(bytes[0..<4]), let month = Instant.digits(bytes[5..<7]),
      let day = Instant.digits(bytes[8..<10]), let hour = Instant.digits(bytes[11..<13]),
      let minute = Instant.digits(bytes[14..<16]), let second = Instant.digits(bytes[17..<19])
    else { return nil }
    guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60 else { return nil }
    var milli: Int64 = 0
    let fraction = bytes[19..<(bytes.count - 1)]
    if let point = fraction.first {
      guard point == UInt8(ascii: "."), (2...10).contains(fraction.count),
        Instant.digits(fraction.dropFirst()) != nil
      else { return nil }
      let three = Array(fraction.dropFirst().prefix(3)) + Array(repeating: UInt8(ascii: "0"), count: 3)
      milli = Instant.digits(three[0..<3]) ?? 0
    }
    let dayNumber = Instant.day(ofYear: year, month: month, day: day)
    guard Instant.civil(fromDay: dayNumber) == (year, month, day) else { return nil }
    self.init(milliseconds: ((dayNumber * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + milli)
  }

  /// Decimal digits of a number that is not negative, with zeros in front up to `width`.
  private static func append(_ value: Int64, _ width: Int, to text: inout [UInt8]) {
    var unit: Int64 = 1
    var count = 1
    while count < width || value / unit >= 10 {
      unit *= 10
      count += 1
    }
    while unit > 0 {
      text.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
      unit /= 10
    }
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for byte in bytes {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return value
  }

  // The proleptic Gregorian calendar counted in eras of 400 years that begin on 1 March, so that
  // the leap day is the last day of a year.
  private static func civil(fromDay day: Int64) -> (Int64, Int64, Int64) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth)
  }

  private static func day(ofYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
