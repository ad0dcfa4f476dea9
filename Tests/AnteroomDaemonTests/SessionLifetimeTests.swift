import AnteroomCore
import AnteroomServices
import Testing

/// How long a session lasts.
@Suite struct SessionLifetimeTests {
  private static let day = 86_400
  private static let start = Instant(seconds: 1_800_000_000)

  private static func session(
    _ methods: [SignInMethod], idle: Int, max: Int, gainedAfter: Int? = nil
  ) -> (idle: Int, max: Int, session: Session) {
    let lifetime = SessionLifetime(idleSeconds: idle, maxSeconds: max)
    var session = lifetime.session(
      id: SessionID(known: "sess_1"), account: AccountID(known: "acct_1"), methods: methods,
      factors: methods.contains(.totp) ? 2 : 1, at: start)
    if let gainedAfter {
      session = lifetime.gainingSecondFactor(session, at: start.adding(seconds: gainedAfter))
    }
    return (
      Int(session.idleExpiresAt.milliseconds(since: start) / 1000),
      Int(session.expiresAt.milliseconds(since: start) / 1000), session
    )
  }

  @Test(arguments: [
    ([SignInMethod.password], 3600, day, 3600, day), ([.password, .totp], 3600, day, 3600, day),
    ([.password], 30 * day, 30 * day, 30 * day, 30 * day), ([.password], 7 * day, 30 * day, 7 * day, 30 * day),
    ([.password, .totp], 7 * day, 30 * day, day, day), ([.password, .totp], 60, 61, 60, 61),
    ([.password, .recoveryCode], 30 * day, 30 * day, day, day), ([.password], 3600, 600, 600, 600),
  ])
  func `one factor lasts as long as is configured, two and a recovery code a day at most`(
    methods: [SignInMethod], idle: Int, max: Int, expectedIdle: Int, expectedMax: Int
  ) {
    let made = Self.session(methods, idle: idle, max: max)
    #expect(made.idle == expectedIdle)
    #expect(made.max == expectedMax)
  }

  @Test(arguments: [
    (10 * day, 11 * day, "a day from then"), (30 * day - 60, 30 * day, "never beyond the end that it had"),
    (0, day, "a day from the start"),
  ])
  func `a session that gains a second factor has the shorter limit from then on`(
    after: Int, expectedMax: Int, why: String
  ) {
    let made = Self.session([.password], idle: 30 * Self.day, max: 30 * Self.day, gainedAfter: after)
    #expect(made.max == expectedMax, "\(why)")
    #expect(made.idle <= expectedMax)
    #expect(made.session.factors == 2)
    #expect(made.session.methods == [.password, .totp])
    #expect(made.session.createdAt == Self.start)
    #expect(made.session.authenticatedAt == Self.start.adding(seconds: after))
  }

  @Test(arguments: [
    ("the same limits", 3600, day, 300, 3900, day), ("longer ones", 7 * day, 30 * day, 300, 3600, day),
    ("a shorter idle time", 600, day, 300, 900, day), ("a shorter end", 3600, 1200, 300, 1200, 1200),
    ("an end that is over", 60, 120, 300, 120, 120), ("a store of before", 600, 7200, nil, 3600, 7200),
  ])
  func `a session that stands ends by shorter limits of now, from its beginning and its last use`(
    what: String, idle: Int, max: Int, usedAfter: Int?, expectedIdle: Int, expectedMax: Int
  ) {
    let made = Self.session([.password], idle: 3600, max: Self.day).session
    var used = made
    used.usedAt = usedAfter.map { Self.start.adding(seconds: $0) }
    if what == "the same limits" { used.idleExpiresAt = Self.start.adding(seconds: 3900) }
    let limited = SessionLifetime(idleSeconds: idle, maxSeconds: max).limiting(used)
    #expect(limited.idleExpiresAt == Self.start.adding(seconds: expectedIdle), "\(what)")
    #expect(limited.expiresAt == Self.start.adding(seconds: expectedMax), "\(what)")
  }

  @Test func `the day of two factors counts from the second one, under any limit that is no shorter`() {
    let made = Self.session([.password], idle: 30 * Self.day, max: 30 * Self.day, gainedAfter: 10 * Self.day).session
    let same = SessionLifetime(idleSeconds: 30 * Self.day, maxSeconds: 30 * Self.day)
    #expect(same.limiting(made) == made)
  }

  @Test func `a recovery code's session that bound an authenticator is one for recovery no more`() {
    let made = Self.session([.password, .recoveryCode], idle: 3600, max: Self.day, gainedAfter: 60)
    #expect(made.session.methods == [.password, .totp])
    #expect(!made.session.isForRecovery)
    #expect(made.max == Self.day)
  }
}
