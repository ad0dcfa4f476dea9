import AnteroomServices
import Crypto
import CryptoExtras
import SecretMemory

/// What a server keeps for SCRAM (RFC 5802, section 3), as RFC 5803 writes it: `SCRAM-SHA-1$<iterations>:<salt>$<stored
/// key>:<server key>`, the last three in base64. Prosody and ejabberd keep the same in forms of their own.
struct SCRAMHash: Hashable, Sendable {
  let isSHA256: Bool
  private let iterations: Int
  private let salt: [UInt8]
  private let storedKey: [UInt8]

  static let iterationsRange = 1000...500_000

  private static func name(_ isSHA256: Bool) -> String { isSHA256 ? "scram-sha-256" : "scram-sha-1" }
  private static func byteCount(_ isSHA256: Bool) -> Int { isSHA256 ? 32 : 20 }

  /// Nil where it is none of these.
  init?(_ start: TextCursor) throws(ForeignHashObjection) {
    var cursor = start
    isSHA256 = cursor.skip("SCRAM-SHA-256$")
    guard isSHA256 || cursor.skip("SCRAM-SHA-1$") else { return nil }
    let count = SCRAMHash.byteCount(isSHA256)
    guard let iterations = cursor.number(), cursor.skip(":"),
      let salt = Base64.decodePadded(cursor.field(before: "$")), (1...128).contains(salt.count), cursor.skip("$"),
      let stored = Base64.decodePadded(cursor.field(before: ":")), stored.count == count, cursor.skip(":"),
      let server = Base64.decodePadded(cursor.rest), server.count == count
    else { throw .malformed(scheme: SCRAMHash.name(isSHA256)) }
    guard SCRAMHash.iterationsRange.contains(iterations) else {
      throw .cost(scheme: SCRAMHash.name(isSHA256), bounds: "1,000 to 500,000 iterations")
    }
    self.iterations = iterations
    self.salt = salt
    storedKey = stored
  }

  func matches(_ password: borrowing SecretBytes) -> Bool {
    isSHA256
      ? matches(password, SHA256.self, .sha256) : matches(password, Insecure.SHA1.self, .insecureSHA1)
  }

  private func matches<Function: HashFunction>(
    _ password: borrowing SecretBytes, _ type: Function.Type, _ function: KDF.Insecure.PBKDF2.HashFunction
  ) -> Bool {
    guard password.count > 0 else { return false }
    var plain = password.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    defer { for index in plain.indices { plain[index] = 0 } }
    do {
      let salted = try KDF.Insecure.PBKDF2.deriveKey(
        from: plain, salt: salt, using: function, outputByteCount: storedKey.count, unsafeUncheckedRounds: iterations)
      let clientKey = HMAC<Function>.authenticationCode(for: Array("Client Key".utf8), using: salted)
      var hash = Function()
      hash.absorb(clientKey)
      return equalInConstantTime(hash.spend().span, storedKey.span)
    } catch {
      // Only without memory: it matches nothing.
      return false
    }
  }
}
