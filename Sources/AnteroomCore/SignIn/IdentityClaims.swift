/// Who may say who somebody is, and how far that goes: an `[[issuer]]` of the configuration.
package struct IssuerRule: Hashable, Sendable {
  /// What it is called here.
  package let name: String
  /// `iss`, byte for byte.
  package let issuer: String
  /// `aud`: this site, as the issuer knows it.
  package let audience: String
  /// The claim that a new account's username is read from.
  package let usernameClaim: String
  /// Whether whoever comes for the first time gets an account.
  package let provision: Bool
  /// Whether such an account is vouched for.
  package let vouched: Bool
  /// Values of `amr` (RFC 8176), each of which says that the issuer saw a second factor.
  package let secondFactorMethods: Set<String>

  package init(
    name: String, issuer: String, audience: String, usernameClaim: String, provision: Bool, vouched: Bool,
    secondFactorMethods: Set<String>
  ) {
    self.name = name
    self.issuer = issuer
    self.audience = audience
    self.usernameClaim = usernameClaim
    self.provision = provision
    self.vouched = vouched
    self.secondFactorMethods = secondFactorMethods
  }
}

/// What an ID token says (OpenID Connect Core 1.0, section 2), of the right types and nothing more.
package struct IdentityClaims: Hashable, Sendable {
  package var issuer: String
  package var subject: String
  package var audiences: [String]
  /// `azp`
  package var authorizedParty: String?
  package var issuedAt: Instant
  package var expiresAt: Instant
  package var notBefore: Instant?
  /// `amr`: how somebody signed in over there.
  package var methods: [String]
  /// Every member that is a text, by its name.
  package var texts: [String: String]

  package init(
    issuer: String, subject: String, audiences: [String], authorizedParty: String?, issuedAt: Instant,
    expiresAt: Instant, notBefore: Instant?, methods: [String], texts: [String: String]
  ) {
    self.issuer = issuer
    self.subject = subject
    self.audiences = audiences
    self.authorizedParty = authorizedParty
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.notBefore = notBefore
    self.methods = methods
    self.texts = texts
  }

  /// OpenID Connect Core 1.0, section 2: `sub` has at most 255 characters of ASCII.
  package static let longestSubject = 255
  /// How old a token may be: whoever finds one later has nothing.
  package static let secondsToUse = 60
  /// How far an issuer's clock may be ahead of ours.
  package static let secondsAhead = 5
}

/// Why an ID token is not good here; never told, since whoever has a right one needs no help.
package enum IdentityFlaw: Hashable, Sendable {
  case issuer, audience, authorizedParty, subject, expired, tooOld, fromTheFuture, notYet
}

extension IdentityClaims {
  /// What is wrong with a token of `rule`'s issuer at `now`; nil for nothing. Whether it was used before is the
  /// store's to know.
  package func flaw(under rule: IssuerRule, at now: Instant) -> IdentityFlaw? {
    if !issuer.hasBytes(of: rule.issuer) { return .issuer }
    if !audiences.contains(where: { $0.hasBytes(of: rule.audience) }) { return .audience }
    // One that was made for somebody else's client, and lets us read it as well, signs nobody in here.
    if audiences.count > 1 && authorizedParty == nil { return .authorizedParty }
    if let authorizedParty, !authorizedParty.hasBytes(of: rule.audience) { return .authorizedParty }
    if subject.isEmpty || subject.utf8.count > IdentityClaims.longestSubject { return .subject }
    if now >= expiresAt { return .expired }
    if now > issuedAt.adding(seconds: IdentityClaims.secondsToUse) { return .tooOld }
    let latest = now.adding(seconds: IdentityClaims.secondsAhead)
    if issuedAt > latest { return .fromTheFuture }
    if let notBefore, notBefore > latest { return .notYet }
    return nil
  }

  /// From when on nobody takes the token any more, used or not.
  package var refusedFrom: Instant {
    min(expiresAt, issuedAt.adding(seconds: IdentityClaims.secondsToUse + 1))
  }

  /// Whether the issuer says that it saw a second factor, in words that the configuration believes.
  package func hasSecondFactor(under rule: IssuerRule) -> Bool {
    methods.contains(where: rule.secondFactorMethods.contains)
  }
}

extension String {
  /// Whether both are the same bytes: `==` takes for equal what only looks the same, as the sign for kelvin and a K.
  package func hasBytes(of other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
