/// Makes JSON bodies and breaks most of them.
struct BodyMaker {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func body() -> [UInt8] {
    var bytes = Array(value(depth: 0).utf8)
    if random.isOne(in: 4) { return bytes }
    for _ in 0...random.below(3) where !bytes.isEmpty { mutate(&bytes) }
    return bytes
  }

  private mutating func value(depth: Int) -> String {
    let isNested = depth == 0 && !random.isOne(in: 4)
    switch isNested ? 4 + random.below(3) : random.below(depth > 4 ? 4 : 7) {
    case 0: return random.pick(Self.scalars)
    case 1: return string()
    case 2: return String(Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(64)))
    case 3: return random.pick(Self.numbers)
    case 4: return "[" + list(random.below(4)) { $0.value(depth: depth + 1) } + space() + "]"
    case _:
      let members = list(random.below(4)) { maker in
        maker.string() + maker.space() + ":" + maker.space() + maker.value(depth: depth + 1)
      }
      return "{" + members + space() + "}"
    }
  }

  private mutating func list(_ count: Int, _ element: (inout BodyMaker) -> String) -> String {
    var parts: [String] = []
    for _ in 0..<count { parts.append(space() + element(&self)) }
    return parts.joined(separator: ",")
  }

  private mutating func string() -> String {
    var text = ""
    for _ in 0..<random.below(4) { text += random.pick(Self.pieces) }
    return "\"" + text + "\""
  }

  private mutating func space() -> String { random.isOne(in: 4) ? random.pick(Self.spaces) : "" }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count)
    switch random.below(9) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = random.pick(Self.bytes)
    case 2: bytes.insert(random.pick(Self.bytes), at: place)
    case 3: bytes.remove(at: place)
    case 4: bytes.removeLast(bytes.count - place)
    case 5: bytes.insert(contentsOf: Array(random.pick(Self.splices).utf8), at: place)
    case 6: bytes.insert(contentsOf: bytes[place...].prefix(random.below(12)), at: random.below(bytes.count))
    case 7: bytes.replaceSubrange(place..<min(bytes.count, place + random.below(6)), with: [])
    case _: bytes.insert(contentsOf: Array(random.pick(Self.broken)), at: place)
    }
  }

  private static let scalars = ["true", "false", "null", "{}", "[]", "\"\"", "0", "-0"]
  private static let numbers = [
    "0.1", "1e5", "-1.5E-3", "1E+2", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400",
    "123456789012345678901234567890", "0.0000001", "5e-324", "1.7976931348623157e308", "-0.0", "1e-400", "01", "1.",
    "+1",
  ]
  private static let pieces = [
    "a", "b", "é", "e\u{301}", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\u0000",
    "\\ud800", "\\udc00", "\u{7F}", "\u{2028}", "\u{212A}", "K", " ", "\u{FEFF}", "\\u0001", "\u{FFFD}", "\\ufffe", "'",
  ]
  private static let spaces = [" ", "\t", "\r\n", "\n", "  "]
  private static let bytes: [UInt8] = [
    0, 1, 9, 10, 13, 32, 34, 43, 44, 45, 46, 47, 48, 58, 69, 91, 92, 93, 101, 123, 125, 127, 128, 0xC0, 0xED, 0xEF, 255,
  ]
  private static let splices = [
    ",", ":", "[", "]", "{", "}", "\"", "\\", "\\u", "\\ud800", "\\udc00", "null", "1", "-", ".", "e", "//", "/*a*/",
    "'",
    "\u{FEFF}", "\u{B}", "\u{A0}", "NaN", "Infinity", "+", "0x1", "[[[[[[[[[[[[[[[[[[", "\"a\":1,\"a\":1",
  ]
  private static let broken: [[UInt8]] = [
    [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80],
    [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80], [0xC3], [0xE2, 0x82], [0xFF, 0xFE],
    [0xEF, 0xBB, 0xBF],
  ]
}
