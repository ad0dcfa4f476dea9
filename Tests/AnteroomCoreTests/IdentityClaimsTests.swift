import AnteroomCore
import Testing

/// What an ID token has to say, and when.
@Suite struct IdentityClaimsTests {
  static let now = Instant(seconds: 1_800_000_000)
  static let rule = IssuerRule(
    name: "school", issuer: "https://login.example.org", audience: "anteroom", usernameClaim: "preferred_username",
    provision: false, vouched: false, secondFactorMethods: ["mfa"])

  struct Case: Sendable, CustomTestStringConvertible {
    let sentence: String
    let flaw: IdentityFlaw?
    let change: @Sendable (inout IdentityClaims) -> Void

    init(_ sentence: String, _ flaw: IdentityFlaw?, _ change: @escaping @Sendable (inout IdentityClaims) -> Void) {
      self.sentence = sentence
      self.flaw = flaw
      self.change = change
    }

    var testDescription: String { sentence }
  }

  static let cases = [
    Case("a right one", nil) { _ in },
    Case("another issuer", .issuer) { $0.issuer = "https://login.example.com" },
    Case("the issuer with a slash more", .issuer) { $0.issuer += "/" },
    Case("an issuer that looks the same", .issuer) { $0.issuer = "https://\u{217C}ogin.example.org" },
    Case("another audience", .audience) { $0.audiences = ["other"] },
    Case("an audience that is the same to a reader", .audience) { $0.audiences = ["\u{212B}nteroom"] },
    Case("no audience", .audience) { $0.audiences = [] },
    Case("several audiences and nobody for whom it was made", .authorizedParty) { $0.audiences = ["anteroom", "b"] },
    Case("several audiences, made for another", .authorizedParty) {
      $0.audiences = ["anteroom", "b"]
      $0.authorizedParty = "b"
    },
    Case("several audiences, made for us", nil) {
      $0.audiences = ["b", "anteroom"]
      $0.authorizedParty = "anteroom"
    },
    Case("one audience, made for another", .authorizedParty) { $0.authorizedParty = "b" },
    Case("nobody", .subject) { $0.subject = "" },
    Case("a subject of 255 bytes", nil) { $0.subject = String(repeating: "s", count: 255) },
    Case("a subject of 256 bytes", .subject) { $0.subject = String(repeating: "s", count: 256) },
    Case("over this very moment", .expired) { $0.expiresAt = now },
    Case("over in a second", nil) { $0.expiresAt = now.adding(seconds: 1) },
    Case("issued a minute ago", nil) { $0.issuedAt = now.adding(seconds: -60) },
    Case("issued more than a minute ago", .tooOld) { $0.issuedAt = now.adding(seconds: -61) },
    Case("issued by a clock that is five seconds ahead", nil) { $0.issuedAt = now.adding(seconds: 5) },
    Case("issued by a clock that is further ahead", .fromTheFuture) { $0.issuedAt = now.adding(seconds: 6) },
    Case("good from five seconds on", nil) { $0.notBefore = now.adding(seconds: 5) },
    Case("good from later on", .notYet) { $0.notBefore = now.adding(seconds: 6) },
  ]

  static let claims = IdentityClaims(
    issuer: rule.issuer, subject: "248289761001", audiences: ["anteroom"], authorizedParty: nil, issuedAt: now,
    expiresAt: now.adding(seconds: 300), notBefore: nil, methods: [], texts: [:])

  @Test(arguments: cases) func `a token is judged by what it says and when`(judged: Case) {
    var claims = IdentityClaimsTests.claims
    judged.change(&claims)
    #expect(claims.flaw(under: IdentityClaimsTests.rule, at: IdentityClaimsTests.now) == judged.flaw)
  }

  @Test(arguments: [([], false), (["pwd"], false), (["pwd", "mfa"], true), (["MFA"], false), (["mfa "], false)])
  func `only a word of the configuration says that there was a second factor`(methods: [String], counts: Bool) {
    var claims = IdentityClaimsTests.claims
    claims.methods = methods
    #expect(claims.hasSecondFactor(under: IdentityClaimsTests.rule) == counts)
  }

  @Test(arguments: [(300, 61), (30, 30), (60, 60), (61, 61)])
  func `a used token is kept for as long as anybody could take it`(expires: Int, kept: Int) {
    var claims = IdentityClaimsTests.claims
    claims.expiresAt = IdentityClaimsTests.now.adding(seconds: expires)
    #expect(claims.refusedFrom == IdentityClaimsTests.now.adding(seconds: kept))
    #expect(claims.flaw(under: IdentityClaimsTests.rule, at: claims.refusedFrom) != nil)
    let before = Instant(milliseconds: claims.refusedFrom.milliseconds - 1000)
    #expect(claims.flaw(under: IdentityClaimsTests.rule, at: before) == nil)
  }
}
