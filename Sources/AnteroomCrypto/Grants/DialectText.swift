import AnteroomCore

/// A grant's claims as an audience's verifier reads them, and back.
///
/// In every dialect but our own the contract's claims stand first, whole, in `anteroom`, and the rest is what
/// follows from them and the configuration. So what was granted is read in one way, and a token whose other
/// claims say anything else is not ours: the whole is written again and has to be the same.
enum DialectText {
  private static let ownClaims = "anteroom"

  static func write(_ claims: GrantClaims, as dialect: Dialect) -> [UInt8] {
    switch dialect {
    case .anteroom: return GrantClaimsText.write(claims)
    case .jitsi(let jitsi): return embedded(claims) { write(claims, jitsi, to: &$0) }
    case .livekit(let livekit): return embedded(claims) { write(claims, livekit, to: &$0) }
    case .galene(let galene): return embedded(claims) { write(claims, galene, to: &$0) }
    }
  }

  /// Nil for what `write` would not have written.
  static func read(_ payload: [UInt8], as dialect: Dialect) -> GrantClaims? {
    guard let claims = dialect == .anteroom ? GrantClaimsText.read(payload) : readEmbedded(payload),
      write(claims, as: dialect) == payload
    else { return nil }
    return claims
  }

  private static func readEmbedded(_ payload: [UInt8]) -> GrantClaims? {
    var json = JSONReader(payload)
    guard json.open(ownClaims), let claims = GrantClaimsText.read(&json), json.close() else { return nil }
    return claims
  }

  private static func embedded(_ claims: GrantClaims, _ rest: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    json.member(ownClaims) { GrantClaimsText.write(claims, to: &$0) }
    rest(&json)
    return json.finished()
  }

  private static func times(_ claims: GrantClaims, to json: inout JSONWriter) {
    json.member("jti", claims.id)
    json.member("iat", claims.issuedAt.seconds)
    json.member("nbf", claims.issuedAt.seconds - Int64(GrantClaims.notBeforeLeeway))
    json.member("exp", claims.expiresAt.seconds)
  }

  private static func write(_ claims: GrantClaims, _ jitsi: JitsiDialect, to json: inout JSONWriter) {
    json.member("iss", jitsi.issuer)
    json.member("aud", jitsi.audience)
    json.member("sub", jitsi.domain)
    times(claims, to: &json)
    json.member("room", jitsi.room(claims))
    json.member("context") { json in
      json.member("user") { json in
        json.member("id", claims.join.text)
        json.member("name", claims.name)
        // Its plug-ins ask for the one or the other.
        json.member("affiliation", claims.isHosting ? "owner" : "member")
        json.member("moderator", claims.isHosting)
      }
      json.member("features") { json in
        for feature in jitsi.features(claims) { json.member(feature.name, feature.isAllowed) }
      }
    }
  }

  private static func write(_ claims: GrantClaims, _ livekit: LiveKitDialect, to json: inout JSONWriter) {
    let sources = livekit.sources(claims)
    json.member("iss", livekit.apiKey)
    // One identity is in a room once: a second connection of the same join puts the first one out.
    json.member("sub", claims.join.text)
    times(claims, to: &json)
    json.member("name", claims.name)
    json.member("video") { json in
      json.member("room", claims.room)
      json.member("roomJoin", true)
      // All of them, always: what is not said is allowed.
      json.member("canPublish", !sources.isEmpty)
      json.member("canPublishSources", sources)
      json.member("canPublishData", claims.role != .viewer)
      json.member("canSubscribe", true)
      json.member("canUpdateOwnMetadata", false)
      json.member("hidden", false)
      // What a host may do to others is asked of Anteroom, which remembers it.
      for power in LiveKitDialect.withheld { json.member(power, false) }
    }
  }

  private static func write(_ claims: GrantClaims, _ galene: GaleneDialect, to json: inout JSONWriter) {
    json.member("iss", claims.issuer)
    json.member("aud", galene.address(claims))
    // The name that the others see.
    json.member("sub", claims.name)
    times(claims, to: &json)
    json.member("permissions", galene.permissions(claims))
  }
}
