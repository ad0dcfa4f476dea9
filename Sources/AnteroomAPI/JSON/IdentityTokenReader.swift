import AnteroomCore
package import AnteroomServices

/// Reads a compact JWS (RFC 7515, section 3.1) with the claims of an ID token, and believes nothing of it. What could
/// be read in two ways is no token: members twice, padding, bits left over, a date with an exponent.
package enum IdentityTokenReader {
  package static let longest = 16 * 1024

  package static func read(_ text: Span<UInt8>) -> UnverifiedIdentityToken? {
    guard text.count <= longest else { return nil }
    let bytes = text.indices.map { text[$0] }
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, let header = object(parts[0]), let payload = object(parts[1]),
      let signature = Base64URL.decode(parts[2]), !signature.isEmpty, isIdentityToken(header),
      case .string(let algorithm)? = header["alg"], let claims = claims(payload)
    else { return nil }
    var keyID: String?
    if let member = header["kid"] {
      guard case .string(let text) = member else { return nil }
      keyID = text
    }
    return UnverifiedIdentityToken(
      algorithm: algorithm, keyID: keyID, signingInput: Array(bytes[..<parts[1].endIndex]), signature: signature,
      claims: claims)
  }

  private typealias Members = [String: JSONValue]

  private static func object(_ part: ArraySlice<UInt8>) -> Members? {
    guard let bytes = Base64URL.decode(part), let value = try? JSONReader.read(bytes.span, secrets: []),
      case .object(let members) = value
    else { return nil }
    return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
  }

  /// `crit` asks for what is not understood here (RFC 7515, section 4.1.11). Another `typ` is another kind of token:
  /// an access token of the same issuer must not sign anybody in (RFC 8725, section 3.11). Keys that a token brings
  /// along (`jwk`, `jku`, `x5u`, `x5c`) are not looked at.
  private static func isIdentityToken(_ header: Members) -> Bool {
    guard header["crit"] == nil else { return false }
    guard let type = header["typ"] else { return true }
    guard case .string(let text) = type else { return false }
    return text.hasBytes(of: "JWT") || text.hasBytes(of: "jwt")
  }

  private static func claims(_ payload: Members) -> IdentityClaims? {
    guard let issuer = text("iss", payload), let subject = text("sub", payload),
      let audiences = audiences(payload), let issued = time("iat", payload), let expires = time("exp", payload)
    else { return nil }
    let party = text("azp", payload)
    let notBefore = time("nbf", payload, roundedUp: true)
    let methods = texts("amr", payload)
    for (name, isRead) in [("azp", party != nil), ("nbf", notBefore != nil), ("amr", methods != nil)] {
      // One of another type would be as good as none, and it was meant to say something.
      guard isRead || payload[name] == nil else { return nil }
    }
    return IdentityClaims(
      issuer: issuer, subject: subject, audiences: audiences, authorizedParty: party, issuedAt: issued,
      expiresAt: expires, notBefore: notBefore, methods: methods ?? [],
      texts: payload.compactMapValues { if case .string(let text) = $0 { text } else { nil } })
  }

  private static func text(_ name: String, _ members: Members) -> String? {
    if case .string(let text)? = members[name] { text } else { nil }
  }

  private static func texts(_ name: String, _ members: Members) -> [String]? {
    guard case .array(let values)? = members[name] else { return nil }
    let texts = values.compactMap { value -> String? in if case .string(let text) = value { text } else { nil } }
    return texts.count == values.count ? texts : nil
  }

  private static func audiences(_ members: Members) -> [String]? {
    text("aud", members).map { [$0] } ?? texts("aud", members)
  }

  /// A NumericDate (RFC 7519, section 2), which may have a fraction, up to the end of the year 9999. The fraction is
  /// taken so that no token lives longer by it: `iat` and `exp` are rounded down, `nbf` up.
  private static func time(_ name: String, _ members: Members, roundedUp: Bool = false) -> Instant? {
    let seconds: Int64
    switch members[name] {
    case .integer(let whole)?: seconds = whole
    case .decimal(floor: let floor?)?: seconds = floor + (roundedUp && floor < Int64.max ? 1 : 0)
    case .decimal(floor: nil)?, .object?, .array?, .string?, .secret?, .bool?, .null?, nil: return nil
    }
    guard (0...253_402_300_799).contains(seconds) else { return nil }
    return Instant(seconds: seconds)
  }
}
