import AnteroomServices
import CArgon2
import CArgon2Arena
import CCrypt
import Glibc
import SecretMemory

/// What libxcrypt compares: bcrypt, SHA-crypt and yescrypt (crypt(5)).
struct CryptHash: Hashable, Sendable {
  enum Scheme: Hashable, Sendable {
    case bcrypt, sha256, sha512, yescrypt

    var name: String {
      switch self {
      case .bcrypt: "bcrypt"
      case .sha256: "sha256-crypt"
      case .sha512: "sha512-crypt"
      case .yescrypt: "yescrypt"
      }
    }

    /// The characters at the end that depend on the password.
    var checksumCount: Int {
      switch self {
      case .bcrypt: 31
      case .sha256, .yescrypt: 43
      case .sha512: 86
      }
    }

    /// bcrypt looks at 72 bytes and no further: a longer password would be let in by its beginning.
    var longestPassword: Int {
      switch self {
      case .bcrypt: 72
      case .sha256, .sha512, .yescrypt: Int(ANTEROOM_CRYPT_PHRASE) - 1
      }
    }
  }

  let scheme: Scheme
  private let text: [UInt8]

  /// A second or so of one core at the highest cost, with any password.
  static let bcryptCosts = 4...14
  /// Up to what passlib writes by default, and a little more.
  static let shaRounds = 1000...700_000
  /// In bytes, where the lane has as much: the memory that yescrypt asks for is not the arena's.
  static let mostYescryptMemory = 256 << 20

  /// Nil where it is none of these schemes.
  init?(_ start: TextCursor, current: Argon2Parameters) throws(ForeignHashObjection) {
    var cursor = start
    if cursor.skip("$2a$") || cursor.skip("$2b$") || cursor.skip("$2y$") {
      scheme = .bcrypt
      try CryptHash.bcrypt(&cursor)
    } else if cursor.skip("$5$") {
      scheme = .sha256
      try CryptHash.sha(&cursor, .sha256)
    } else if cursor.skip("$6$") {
      scheme = .sha512
      try CryptHash.sha(&cursor, .sha512)
    } else if cursor.skip("$y$") {
      scheme = .yescrypt
      try CryptHash.yescrypt(&cursor, current: current)
    } else {
      return nil
    }
    guard cursor.rest.isEmpty else { throw .malformed(scheme: scheme.name) }
    text = Array(start.rest)
  }

  /// `12$`, then 22 digits of salt and 31 of checksum.
  private static func bcrypt(_ cursor: inout TextCursor) throws(ForeignHashObjection) {
    // The cost has two digits, so a small one begins with zero.
    let isSmall = cursor.skip("0")
    let place = cursor.field(before: "$")
    guard place.count == (isSmall ? 1 : 2), let cost = Int(String(decoding: place, as: UTF8.self)),
      place.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), cursor.skip("$"),
      cursor.cryptDigits(53...53) != nil
    else { throw .malformed(scheme: Scheme.bcrypt.name) }
    guard bcryptCosts.contains(cost) else { throw .cost(scheme: Scheme.bcrypt.name, bounds: "a cost of 4 to 14") }
  }

  /// `rounds=5000$` where they are not the usual 5,000, up to 16 digits of salt, the checksum.
  private static func sha(_ cursor: inout TextCursor, _ scheme: Scheme) throws(ForeignHashObjection) {
    var rounds = 5000
    if cursor.skip("rounds=") {
      guard let written = cursor.number(), cursor.skip("$") else { throw .malformed(scheme: scheme.name) }
      rounds = written
    }
    guard cursor.cryptDigits(1...16) != nil, cursor.skip("$"),
      cursor.cryptDigits(scheme.checksumCount...scheme.checksumCount) != nil
    else { throw .malformed(scheme: scheme.name) }
    guard shaRounds.contains(rounds) else { throw .cost(scheme: scheme.name, bounds: "1,000 to 700,000 rounds") }
  }

  /// `j9T$`: the flavour that libxcrypt writes, then log₂ N and r, each less one, in a digit; no further parameter.
  private static func yescrypt(_ cursor: inout TextCursor, current: Argon2Parameters) throws(ForeignHashObjection) {
    let name = Scheme.yescrypt.name
    guard cursor.skip("j"), let logN = cursor.cryptValue(), let r = cursor.cryptValue(), cursor.skip("$"),
      cursor.cryptDigits(1...86) != nil, cursor.skip("$"), cursor.cryptDigits(43...43) != nil
    else { throw .malformed(scheme: name) }
    let most = min(mostYescryptMemory, current.arenaBytes)
    guard (9...20).contains(logN + 1), (1...32).contains(r + 1), 128 * (r + 1) << (logN + 1) <= most else {
      throw .cost(scheme: name, bounds: "N of 512 or more, r of 32 or less and \(most >> 20) MiB in all")
    }
  }

  func matches(_ password: borrowing SecretBytes) throws(Argon2.Fault) -> Bool {
    guard password.count <= scheme.longestPassword else { return false }
    if case .yescrypt = scheme { anteroom_arena_rest() }
    var output = [CChar](repeating: 0, count: Int(ANTEROOM_CRYPT_OUTPUT))
    let setting = text.map { CChar(bitPattern: $0) } + [0]
    let code = unsafe password.withPointer { phrase, count in
      unsafe anteroom_crypt(phrase, count, setting, &output)
    }
    if code == ENOMEM { throw Argon2.Fault(code: ARGON2_MEMORY_ALLOCATION_ERROR.rawValue) }
    let computed = output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    // The checksum alone: bits of bcrypt's salt that mean nothing come back as zeros.
    guard code == 0, computed.count == text.count else { return false }
    return equalInConstantTime(
      Array(computed.suffix(scheme.checksumCount)).span, Array(text.suffix(scheme.checksumCount)).span)
  }
}
