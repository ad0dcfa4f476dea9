import AnteroomServices
import Crypto
import SecretMemory

/// A password hash that another program stored, read strictly: whoever writes the file that is imported, or later
/// the database, must not be able to choose how long a hashing thread is busy, nor how much of a password counts.
enum ForeignHash: Hashable, Sendable {
  case crypt(CryptHash)
  case md5(MD5CryptHash)
  /// `{SHA}` of htpasswd: SHA-1 without a salt.
  case sha1([UInt8])
  case argon2(ForeignArgon2Hash)
  case scram(SCRAMHash)

  /// The longest of those that are read takes 130 bytes or so; an Argon2 or SCRAM salt may be longer.
  static let mostBytes = 512

  /// - Parameter current: the lane's own cost, which bounds that of a hash that takes memory
  init(_ bytes: [UInt8], current: Argon2Parameters) throws(ForeignHashObjection) {
    guard bytes.count <= ForeignHash.mostBytes else { throw .unknownScheme }
    let cursor = TextCursor(bytes)
    if let hash = try CryptHash(cursor, current: current) {
      self = .crypt(hash)
    } else if let hash = try MD5CryptHash(cursor) {
      self = .md5(hash)
    } else if let hash = try ForeignArgon2Hash(cursor, current: current) {
      self = .argon2(hash)
    } else if let hash = try SCRAMHash(cursor) {
      self = .scram(hash)
    } else if let digest = try ForeignHash.sha1(cursor) {
      self = .sha1(digest)
    } else {
      throw bytes.count == 13 && bytes.allSatisfy(TextCursor.isCryptDigit) ? .truncates : .unknownScheme
    }
  }

  /// As the audit and the answer name it.
  var scheme: String {
    switch self {
    case .crypt(let hash): hash.scheme.name
    case .md5(let hash): hash.isApache ? "apr1" : "md5-crypt"
    case .sha1: "sha1"
    case .argon2(let hash): hash.isIndependent ? "argon2i" : "argon2id"
    case .scram(let hash): hash.isSHA256 ? "scram-sha-256" : "scram-sha-1"
    }
  }

  /// Without a salt all hashes of one password are alike, and guessed at together.
  var isSalted: Bool {
    switch self {
    case .crypt, .md5, .argon2, .scram: true
    case .sha1: false
    }
  }

  /// Whether the password, prepared as every password is, is the one that was hashed. Most programs hashed what a
  /// keyboard gives, which is NFC already; who typed something else sets a new password.
  func matches(_ password: borrowing SecretBytes) throws(Argon2.Fault) -> Bool {
    switch self {
    case .crypt(let hash): return try hash.matches(password)
    case .md5(let hash): return hash.matches(password)
    case .argon2(let hash): return try hash.matches(password)
    case .scram(let hash): return hash.matches(password)
    case .sha1(let expected):
      var hash = Insecure.SHA1()
      password.withBytes { hash.absorb($0) }
      return equalInConstantTime(hash.spend().span, expected.span)
    }
  }

  private static func sha1(_ cursor: TextCursor) throws(ForeignHashObjection) -> [UInt8]? {
    var cursor = cursor
    guard cursor.skip("{SHA}") else { return nil }
    guard let digest = Base64.decodePadded(cursor.rest), digest.count == Insecure.SHA1Digest.byteCount else {
      throw .malformed(scheme: "sha1")
    }
    return digest
  }
}

extension HashFunction {
  mutating func absorb(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { raw in unsafe update(bufferPointer: raw) }
  }

  mutating func absorb(_ bytes: some Sequence<UInt8>) { absorb(Array(bytes).span) }

  /// The digest, and the end of what was absorbed: the last block, which may be a whole password, would otherwise lie
  /// in freed memory. (`finalize` works on a copy, which the library overwrites itself.)
  mutating func spend() -> [UInt8] {
    let digest = Array(finalize())
    absorb([UInt8](repeating: 0, count: Self.blockByteCount).span)
    return digest
  }
}
