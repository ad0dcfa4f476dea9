/// Whom grants are made for: the verifier's name, what it reads, and where its key comes from.
package struct Audience: Hashable, Sendable {
  package let name: String
  package let dialect: Dialect
  /// The operator's own key; nil where the daemon makes and keeps one.
  package let keyFile: String?
  /// The `kid` of that key; nil for one that is derived from it.
  package let keyID: String?

  package init(name: String, dialect: Dialect, keyFile: String? = nil, keyID: String? = nil) {
    self.name = name
    self.dialect = dialect
    self.keyFile = keyFile
    self.keyID = keyID
  }
}

/// The claims that an audience's verifier checks, and what they say besides the grant itself.
package enum Dialect: Hashable, Sendable {
  /// The contract's section 6.2.
  case anteroom
  case jitsi(JitsiDialect)
  case livekit(LiveKitDialect)
  case galene(GaleneDialect)

  package enum Name: String, Sendable, CaseIterable { case anteroom, jitsi, livekit, galene }

  package var name: Name {
    switch self {
    case .anteroom: .anteroom
    case .jitsi: .jitsi
    case .livekit: .livekit
    case .galene: .galene
    }
  }

  package var algorithm: SigningAlgorithm {
    switch self {
    case .anteroom, .galene: .es256
    case .jitsi(let jitsi): jitsi.algorithm
    case .livekit: .hs256
    }
  }
}

/// RFC 7518, section 3.1.
package enum SigningAlgorithm: String, Sendable, CaseIterable {
  case es256 = "ES256"
  case rs256 = "RS256"
  case hs256 = "HS256"

  /// HS256 has one secret for both sides: nothing of it can be published.
  package var isPublished: Bool { self != .hs256 }
}

/// Jitsi Meet's Prosody plug-ins (`token_verification` and what builds on it).
package struct JitsiDialect: Hashable, Sendable {
  package let algorithm: SigningAlgorithm
  /// `iss`: the server's `app_id`, or one of its `asap_accepted_issuers`.
  package let issuer: String
  /// `sub`: the server's domain, or the tenant.
  package let domain: String
  /// `aud`: one of its `asap_accepted_audiences`.
  package let audience: String

  package init(algorithm: SigningAlgorithm, issuer: String, domain: String, audience: String) {
    self.algorithm = algorithm
    self.issuer = issuer
    self.domain = domain
    self.audience = audience
  }

  /// The room as Prosody names it. A foreign name that it would spell otherwise is not used: two meetings
  /// whose names differ in case alone would share a room, and `*` is every room there is.
  package func room(_ claims: GrantClaims) -> String {
    let isPlain = claims.room.utf8.allSatisfy { byte in
      byte > 0x20 && byte < 0x7F && !(0x41...0x5A).contains(byte) && !"\"&'/:<>@*[]".utf8.contains(byte)
    }
    return isPlain && !claims.room.isEmpty ? claims.room : claims.meeting.text
  }

  /// What Jitsi asks `context.features` for, in one order. Named and false is refused; unnamed may be allowed.
  package func features(_ claims: GrantClaims) -> [(name: String, isAllowed: Bool)] {
    let isHosting = claims.isHosting
    return [
      ("livestreaming", isHosting), ("outbound-call", isHosting), ("recording", isHosting),
      ("screen-sharing", claims.published.screen), ("sip-outbound-call", isHosting), ("transcription", isHosting),
    ]
  }
}

/// LiveKit's access tokens.
package struct LiveKitDialect: Hashable, Sendable {
  /// `iss`: the name of the secret in the server's `keys`.
  package let apiKey: String

  package init(apiKey: String) { self.apiKey = apiKey }

  /// What nobody is given, by the names that LiveKit has for it: power over rooms, or to be something else.
  package static let withheld = [
    "agent", "canManageAgentSession", "canSubscribeMetrics", "ingressAdmin", "recorder", "roomAdmin", "roomCreate",
    "roomList", "roomRecord",
  ]

  /// `canPublishSources`: LiveKit's track sources that the join may send.
  package func sources(_ claims: GrantClaims) -> [String] {
    let publish = claims.published
    return (publish.video ? ["camera"] : []) + (publish.audio ? ["microphone"] : [])
      + (publish.screen ? ["screen_share", "screen_share_audio"] : [])
  }
}

/// Galene's tokens.
package struct GaleneDialect: Hashable, Sendable {
  /// Where the server is, with a slash at the end: `https://galene.example.org:8443/`.
  package let location: String
  /// The group's name with `{room}` in it: `meet/{room}` where one group has all of them below it.
  package let group: String

  package static let room = "{room}"

  package init(location: String, group: String = GaleneDialect.room) {
    self.location = location
    self.group = group
  }

  /// `aud`: the group's address. The name is one segment after another of a path, whatever stands in it.
  package func address(_ claims: GrantClaims) -> String {
    let name = group.split(separator: GaleneDialect.room, omittingEmptySubsequences: false)
      .joined(separator: GaleneDialect.escaped(claims.room))
    return location + "group/" + name + "/"
  }

  /// `permissions`. Galene knows one for all that is sent; `token` and `record` are never given: an invitation
  /// of Galene's own would lead past this door.
  package func permissions(_ claims: GrantClaims) -> [String] {
    let publish = claims.published
    let mayPublish = publish.audio || publish.video || publish.screen
    return (claims.isHosting ? ["op"] : []) + (mayPublish ? ["present"] : [])
      + (claims.role == .viewer ? [] : ["message"])
  }

  /// RFC 3986, section 2: unreserved characters and the slash as they are, all else by bytes.
  private static func escaped(_ name: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var text: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: text.append(byte)
      case _: text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension GrantClaims {
  /// What may be sent: a viewer never publishes, whatever else is said.
  package var published: Publish { role == .viewer ? .nothing : publish }

  /// Host or cohost: what a verifier calls its moderator.
  package var isHosting: Bool { role == .host || role == .cohost }
}
