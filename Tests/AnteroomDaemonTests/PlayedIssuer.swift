import AnteroomCore
import AnteroomCrypto
import AnteroomServices
import Crypto
import Foundation
import Testing

/// An issuer with a key of P-256, which signs whatever it is told to.
struct PlayedIssuer: Sendable {
  let key = P256.Signing.PrivateKey()
  var rule = IssuerRule(
    name: "school", issuer: "https://login.example.org", audience: "anteroom", usernameClaim: "preferred_username",
    provision: true, vouched: true, secondFactorMethods: ["mfa"])

  var publicKey: JSONWebKey {
    let point = Array(key.publicKey.rawRepresentation)
    return JSONWebKey(
      type: "EC", keyID: "k1", curve: "P-256", x: Base64URL.text(Array(point[..<32])),
      y: Base64URL.text(Array(point[32...])))
  }

  func trusted() throws -> TrustedIssuer { TrustedIssuer(rule: rule, keys: try IssuerKeys([publicKey])) }

  static let header = #"{"alg":"ES256","kid":"k1","typ":"JWT"}"#

  /// The members of a right token at `now`, as JSON texts.
  func members(at now: Instant, sub: String = "248289761001", username: String = "ada") -> [String: String] {
    [
      "iss": "\"\(rule.issuer)\"", "aud": "\"anteroom\"", "sub": "\"\(sub)\"", "iat": "\(now.seconds)",
      "exp": "\(now.seconds + 300)", "preferred_username": "\"\(username)\"", "name": "\"Ada Lovelace\"",
    ]
  }

  static func object(_ members: [String: String]) -> String {
    "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  func sign(header: String = PlayedIssuer.header, payload: String) throws -> String {
    try sign(Base64URL.text(Array(header.utf8)) + "." + Base64URL.text(Array(payload.utf8)))
  }

  func sign(_ input: String) throws -> String {
    input + "." + Base64URL.text(Array(try key.signature(for: Data(input.utf8)).rawRepresentation))
  }

  func token(
    at now: Instant, sub: String = "248289761001", username: String = "ada", _ more: [String: String] = [:]
  ) throws -> String {
    let members = members(at: now, sub: sub, username: username).merging(more) { _, mine in mine }
    return try sign(payload: PlayedIssuer.object(members))
  }

  /// The other signature of the same: (r, n - s) holds where (r, s) does.
  static func twin(of token: String) throws -> String {
    let parts = token.split(separator: ".")
    let signature = try #require(Base64URL.decode(Array(parts[2].utf8)))
    let order: [UInt8] = [
      0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7,
      0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]
    var negated = [UInt8](repeating: 0, count: 32)
    var borrow = 0
    for index in (0..<32).reversed() {
      let difference = Int(order[index]) - Int(signature[32 + index]) - borrow
      borrow = difference < 0 ? 1 : 0
      negated[index] = UInt8(truncatingIfNeeded: difference)
    }
    return parts[0] + "." + parts[1] + "." + Base64URL.text(Array(signature[..<32]) + negated)
  }
}
