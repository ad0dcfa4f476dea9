import AnteroomCore

/// A grant's claims as JSON, in one fixed order without white space, and back.
///
/// Times are whole seconds (NumericDate): `iat` and `exp` are rounded down, so that no grant lives longer
/// than was decided.
enum GrantClaimsText {
  static func write(_ claims: GrantClaims) -> [UInt8] {
    var json = JSONWriter()
    write(claims, to: &json)
    return json.finished()
  }

  static func write(_ claims: GrantClaims, to json: inout JSONWriter) {
    json.member("iss", claims.issuer)
    json.member("aud", claims.audience)
    json.member("sub", claims.join.text)
    json.member("jti", claims.id)
    json.member("iat", claims.issuedAt.seconds)
    json.member("nbf", claims.issuedAt.seconds - Int64(GrantClaims.notBeforeLeeway))
    json.member("exp", claims.expiresAt.seconds)
    json.member("room", claims.room)
    // An external name says nothing of the meeting to whoever reads the grant back.
    if claims.room != claims.meeting.text { json.member("meeting", claims.meeting.text) }
    json.member("role", claims.role.rawValue)
    json.member("name", claims.name)
    json.member("verified", claims.verified)
    json.member("publish") { json in
      json.member("audio", claims.publish.audio)
      json.member("video", claims.publish.video)
      json.member("screen", claims.publish.screen)
    }
    json.member("epoch", claims.epoch)
    json.member("occurrence", claims.occurrence)
    if let person = claims.person { json.member("person", person) }
    if let authenticatedAt = claims.authenticatedAt { json.member("auth_time", authenticatedAt.seconds) }
    if !claims.methods.isEmpty { json.member("amr", claims.methods) }
  }

  /// Reads only what `write` could have written; nil for anything else.
  static func read(_ payload: [UInt8]) -> GrantClaims? {
    var json = JSONReader(payload)
    guard let claims = read(&json), json.isFinished() else { return nil }
    return claims
  }

  /// The claims of an object that is open.
  static func read(_ json: inout JSONReader) -> GrantClaims? {
    guard let issuer = json.string("iss"), let audience = json.string("aud"),
      let join = json.string("sub").flatMap(JoinID.init(parsing:)), let id = json.string("jti"),
      let issuedAt = json.integer("iat"), json.integer("nbf") == issuedAt - Int64(GrantClaims.notBeforeLeeway),
      let expiresAt = json.integer("exp"), let room = json.string("room")
    else { return nil }
    let named = json.peek("meeting") ? json.string("meeting") : room
    guard let meeting = named.flatMap(MeetingID.init(parsing:)),
      let role = json.string("role").flatMap(JoinRole.init(rawValue:)), let name = json.string("name"),
      let verified = json.boolean("verified"), json.open("publish"), let audio = json.boolean("audio"),
      let video = json.boolean("video"), let screen = json.boolean("screen"), json.close(),
      let epoch = json.integer("epoch"), let occurrence = json.integer("occurrence")
    else { return nil }
    let person = json.peek("person") ? json.string("person") : nil
    let authenticatedAt = json.peek("auth_time") ? json.integer("auth_time").map(Instant.init(seconds:)) : nil
    let methods = json.peek("amr") ? json.strings("amr") : []
    guard let methods else { return nil }
    return GrantClaims(
      issuer: issuer, audience: audience, join: join, id: id, issuedAt: Instant(seconds: issuedAt),
      expiresAt: Instant(seconds: expiresAt), room: room, meeting: meeting, role: role, name: name,
      verified: verified, publish: Publish(audio: audio, video: video, screen: screen), epoch: epoch,
      occurrence: occurrence, person: person, authenticatedAt: authenticatedAt, methods: methods)
  }
}
