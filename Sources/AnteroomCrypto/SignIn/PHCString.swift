/// A stored Argon2id hash, `$argon2id$v=19$m=65536,t=3,p=1$<22 characters>$<43 characters>`: exactly what
/// libargon2 writes for a 16-byte salt and a 32-byte tag, and nothing else.
///
/// Lax readers of this format have let a truncated tag match every password, an out-of-range cost trap,
/// and `m=+16777216` slip past the memory limit. Here text and value are one to one: what parses is
/// written back byte for byte the same, and every number is bounded before anything is allocated for it.
struct PHCString: Hashable, Sendable {
  static let saltByteCount = 16
  static let tagByteCount = 32

  let parameters: Argon2Parameters
  let salt: [UInt8]
  let tag: [UInt8]

  init(parameters: Argon2Parameters, salt: [UInt8], tag: [UInt8]) {
    precondition(salt.count == PHCString.saltByteCount && tag.count == PHCString.tagByteCount)
    self.parameters = parameters
    self.salt = salt
    self.tag = tag
  }

  var text: String {
    let cost = "m=\(parameters.memoryKiB),t=\(parameters.iterations),p=\(parameters.parallelism)"
    return "$argon2id$v=19$\(cost)$\(Base64.text(salt, as: .standard))$\(Base64.text(tag, as: .standard))"
  }

  /// The longest text that can parse is 98 bytes.
  init?(parsing text: String) {
    let bytes = Array(text.utf8.prefix(129))
    guard bytes.count <= 128 else { return nil }
    var rest = bytes[...]
    guard PHCString.skip("$argon2id$v=19$m=", in: &rest),
      let memory = PHCString.number(in: &rest, within: 8...Argon2Parameters.memoryRange.upperBound),
      PHCString.skip(",t=", in: &rest),
      let iterations = PHCString.number(in: &rest, within: 1...Argon2Parameters.iterationsRange.upperBound),
      PHCString.skip(",p=", in: &rest),
      let parallelism = PHCString.number(in: &rest, within: Argon2Parameters.parallelismRange),
      memory >= 8 * parallelism,
      PHCString.skip("$", in: &rest),
      let salt = PHCString.field(in: &rest), salt.count == PHCString.saltByteCount,
      PHCString.skip("$", in: &rest),
      let tag = PHCString.field(in: &rest), tag.count == PHCString.tagByteCount,
      rest.isEmpty
    else { return nil }
    self.init(parameters: Argon2Parameters(stored: memory, iterations, parallelism), salt: salt, tag: tag)
  }

  private static func skip(_ literal: StaticString, in rest: inout ArraySlice<UInt8>) -> Bool {
    let expected = literal.description.utf8
    guard rest.starts(with: expected) else { return false }
    rest = rest.dropFirst(expected.count)
    return true
  }

  /// Decimal digits without sign or leading zero. Seven digits hold the largest bound, so the value
  /// cannot overflow.
  private static func number(in rest: inout ArraySlice<UInt8>, within range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard (1...7).contains(digits.count), digits.first != UInt8(ascii: "0") else { return nil }
    let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    rest = rest.dropFirst(digits.count)
    return range.contains(value) ? value : nil
  }

  private static func field(in rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    let text = rest.prefix { $0 != UInt8(ascii: "$") }
    rest = rest.dropFirst(text.count)
    return Base64.decode(text, as: .standard)
  }
}
