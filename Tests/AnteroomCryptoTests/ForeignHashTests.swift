import AnteroomServices
import SecretMemory
import Testing

@testable import AnteroomCrypto

private let horse = "correct horse battery"
private let umlauts = "Grüße Straße 12345"
private let long = String(repeating: "x", count: 100)

/// What the lane of these tests has: 16 MiB, so that Debian's yescrypt fits.
private let current = Argon2Parameters.belowFloorForTests(memoryKiB: 16 * 1024, iterations: 1)

private func read(_ text: String, current: Argon2Parameters = current) -> Result<ForeignHash, ForeignHashObjection> {
  Result { () throws(ForeignHashObjection) in try ForeignHash(Array(text.utf8), current: current) }
}

private func withLane<R>(
  _ parameters: Argon2Parameters = current, root: RootKey = testRoot(), _ body: (Argon2Lane) async throws -> R
) async throws -> R {
  let lane = try Argon2Lane(
    root: root, parameters: parameters, concurrency: 1, queue: 64, queueSeconds: 30, randomness: SeededRandomness())
  defer { lane.shutDown() }
  return try await body(lane)
}

extension Argon2Lane {
  fileprivate func adopt(_ text: String) -> PasswordHash? {
    guard case .taken(let hash, scheme: _, isSalted: _) = read(SecretBytes(copying: Array(text.utf8))) else {
      return nil
    }
    return hash
  }

  /// Nil for a mismatch.
  fileprivate func replacement(for typed: String, _ stored: PasswordHash) async throws -> PasswordHash? {
    switch try await verify(password(typed), against: stored, fairness: "test") {
    case .match(let replacement): return replacement
    case .mismatch: return nil
    case .corrupt:
      Issue.record("corrupt")
      return nil
    }
  }
}

@Suite struct ForeignHashTests {
  /// Made by Apache's htpasswd, OpenSSL, mkpasswd, py-bcrypt, the `argon2` command and Python's hashlib.
  static let made: [(tool: String, hash: String, password: String, scheme: String)] = [
    ("htpasswd -B", "$2y$05$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y", horse, "bcrypt"),
    ("htpasswd -m", "$apr1$IpkWMfdm$4raqMX2LxT154Ll1XnIpL.", horse, "apr1"),
    ("htpasswd -s", "{SHA}mN7MYuzjmaIu0w1JDvMzvn/ec4U=", horse, "sha1"),
    ("htpasswd -2", "$5$hfIj8kXat2ynWER5$uF.JxHIj92R5Wd7FD4aj0cEao62Gu2wG6uqkelXJsd.", horse, "sha256-crypt"),
    (
      "htpasswd -5",
      "$6$gYgbWVQ8s.LB62Jd$oztC1yKbjKux6v03S1uYL43jbx/dijB5lFhfvtkdRQKc620FFtql1KIZQhxygPUb5WtAZ9kYmqBWwsUAX3fR11",
      horse, "sha512-crypt"
    ),
    ("openssl -apr1", "$apr1$abcdefgh$GQF3hbcxO2ySp4igPQ/3a.", horse, "apr1"),
    ("openssl -apr1", "$apr1$xy$43..WIhbfuznGvwoCyUek/", "", "apr1"),
    ("openssl -apr1", "$apr1$abcdefgh$5Yu1npUM3/Gu8/ZI8yxIt1", umlauts, "apr1"),
    ("openssl -apr1", "$apr1$abcdefgh$9/cwT0JwksL/fA2yBHBE6/", long, "apr1"),
    ("openssl -1", "$1$saltsalt$qEBKjYZ3/gGtYFbI/MxBa0", umlauts, "md5-crypt"),
    ("openssl -5", "$5$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC", horse, "sha256-crypt"),
    (
      "openssl -6",
      "$6$sodium12345678$6QyRJD0LTVuUrY8Hokb153jblj3iz8yu51uQMtjdmyD8iov20LFnhFpVd1wOUVUbvDy4OZZckZJi.6yw5/yMk/",
      umlauts, "sha512-crypt"
    ),
    (
      "mkpasswd sha512crypt",
      "$6$rounds=20000$ub3tWhi36jn2xZkl$"
        + "5H4ixPhU5VIY1QcxpA0pPTuybnMIWydgpGx5QZpeuDlu21KKZ8.uhX4yVdviBR0oeQFgYg7kO.5UrH.UupK7x.",
      horse, "sha512-crypt"
    ),
    (
      "mkpasswd yescrypt", "$y$j9T$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C", horse,
      "yescrypt"
    ),
    (
      "mkpasswd yescrypt", "$y$j75$PaqibY5EphGIsiG3mBbm11$eK1lga0nRmrInFOMoFt2ogwwDcwWFAIqB/pR1PtWW48", umlauts,
      "yescrypt"
    ),
    ("mkpasswd bcrypt", "$2b$06$6pVQOHiIsni2kcjPj9KkG.0WmhHmw/yR3mxASxD8VGBXYZcnnqEI2", horse, "bcrypt"),
    ("py-bcrypt", "$2b$04$sdBxb0GYHHyv7iwAsVPFQetNv2mIxdYbAlkcNuoMCuyOphcgNEOhu", horse, "bcrypt"),
    ("py-bcrypt", "$2a$04$VAdKgo1AJHxTeW7/sADz2.PauHpDhqSiu.Q.8GWIXYBN9ICow8L0S", umlauts, "bcrypt"),
    (
      "py-bcrypt", "$2b$04$Dc7FMxVNAAhRTktn1XkzRujcXw9XbyPctLvmY3Y/D/GBB1csRvGO6",
      String(repeating: "y", count: 72), "bcrypt"
    ),
    (
      "argon2 -id",
      "$argon2id$v=19$m=1024,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg", horse,
      "argon2id"
    ),
    (
      "argon2 -i -p 2",
      "$argon2i$v=19$m=512,t=2,p=2$c29tZXNhbHRzb21lc2FsdA$7NziYnmx+EyLPv16HlV2oQVy1O30oMOIFHRztcBFar8", umlauts,
      "argon2i"
    ),
    (
      "argon2 -i -v 10", "$argon2i$v=16$m=256,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$akF1cYT9KBlz9suzPGBld3Uwgcr9BWBt",
      horse, "argon2i"
    ),
    (
      "RFC 5802", "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
      "pencil", "scram-sha-1"
    ),
    (
      "hashlib",
      "SCRAM-SHA-1$10000:MGVmM2U0YjctMWM1MC00YTJiLTljMmQtM2U5YzFmNGYyYTEx$"
        + "h0bNlE2tQ8p4h7v3B2+EljgB8UY=:OOaUbDP8XauvhLYLUt/GfTmGqrM=",
      umlauts, "scram-sha-1"
    ),
    (
      "RFC 7677",
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
        + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
      "pencil", "scram-sha-256"
    ),
  ]

  @Test(arguments: made)
  func `what other tools made is read, matches its password, and no other`(
    tool: String, hash: String, password: String, scheme: String
  ) throws {
    let foreign = try read(hash).get()
    #expect(foreign.scheme == scheme)
    let bytes = Array(password.utf8)
    let right = try foreign.matches(SecretBytes(copying: bytes))
    #expect(right)
    for wrong in [bytes + [0x20], Array(bytes.dropLast()) + [0x7E], Array("Correct horse battery".utf8), []]
    where wrong != bytes {
      let matches = try foreign.matches(SecretBytes(copying: wrong))
      #expect(!matches)
    }
  }

  @Test func `bcrypt's 72 bytes let nobody in by the beginning of a password`() throws {
    let hash = "$2b$04$Dc7FMxVNAAhRTktn1XkzRujcXw9XbyPctLvmY3Y/D/GBB1csRvGO6"
    let longer = try read(hash).get().matches(SecretBytes(copying: Array(repeating: UInt8(ascii: "y"), count: 73)))
    #expect(!longer)
  }

  @Test func `a bit that bcrypt's salt does not use may be set`() throws {
    // The 22nd digit of the salt has four bits that mean nothing; programs that made salts by hand set them.
    let hash = "$2y$05$wOEYse79nUketA7eai9/kvDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y"
    let right = try read(hash).get().matches(SecretBytes(copying: Array(horse.utf8)))
    #expect(right)
  }

  @Test(arguments: [
    "", "secret", "X.O/hXMSE4HO", "$9$rounds=1$a$b", "$2x$05$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y",
    "{SSHA}mN7MYuzjmaIu0w1JDvMzvn/ec4U=", "$argon2d$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
    "SCRAM-SHA-512$4096:QSXC$QSXC:QSXC", String(repeating: "$", count: 513),
    "$7$DU..../....2Q9obwLhin8qvQl6sisAO/$sHayJj/JBdcuD4lJ1AxiwCo9e5XSi8TcINcmyID12i8", " $1$saltsalt$x",
  ])
  func `what is of no known scheme gives its owner a setup code`(text: String) {
    #expect(read(text) == .failure(.unknownScheme))
    #expect(!ForeignHashObjection.unknownScheme.isHostile)
  }

  @Test func `DES's crypt counts eight characters, and is not taken`() {
    #expect(read("X.O/hXMSE4HOA") == .failure(.truncates))
    #expect(!ForeignHashObjection.truncates.isHostile)
  }

  @Test(arguments: [
    ("$2y$05$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.", "bcrypt"),
    ("$2y$05$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y.", "bcrypt"),
    ("$2y$5$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y", "bcrypt"),
    ("$2y$+5$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y", "bcrypt"),
    ("$2y$005$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y", "bcrypt"),
    ("$2y$05$wOEYse79nUketA7eai9:kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y", "bcrypt"),
    ("$2y$", "bcrypt"), ("$5$", "sha256-crypt"), ("$6$salt$", "sha512-crypt"), ("$y$j9T$", "yescrypt"),
    ("$5$rounds=05000$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC", "sha256-crypt"),
    ("$5$rounds=+5000$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC", "sha256-crypt"),
    ("$5$rounds=$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC", "sha256-crypt"),
    ("$5$seventeen12345678$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC", "sha256-crypt"),
    // A further parameter of yescrypt (p, t, g) multiplies its time.
    ("$y$j9T/.$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C", "yescrypt"),
    ("$y$.9T$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C", "yescrypt"),
    ("$apr1$abcdefghi$GQF3hbcxO2ySp4igPQ/3a.", "apr1"), ("$apr1$abcdefgh$GQF3hbcxO2ySp4igPQ/3a", "apr1"),
    ("$1$saltsalt$", "md5-crypt"), ("{SHA}", "sha1"), ("{SHA}mN7MYuzjmaIu0w1JDvMzvn/ec4U", "sha1"),
    ("{SHA}mN7MYuzjmaIu0w1JDvMzvn/ec4V=", "sha1"),
    ("$argon2id$m=1024,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg", "argon2id"),
    ("$argon2id$v=19$m=1024,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$", "argon2id"),
    ("$argon2id$v=19$m=1024,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEh", "argon2id"),
    ("$argon2id$v=19$m=1024,t=0,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg", "argon2id"),
    ("$argon2id$v=19$m=+1024,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg", "argon2id"),
    ("$argon2id$v=19$t=4,m=1024,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg", "argon2id"),
    ("$argon2id$v=19$m=1024,t=4,p=1$c29t$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg", "argon2id"),
    ("SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=", "scram-sha-1"),
    ("SCRAM-SHA-1$4096:$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=", "scram-sha-1"),
    ("SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcM=:D+CSWLOshSulAsxiupA+qs2/fTE=", "scram-sha-1"),
    ("SCRAM-SHA-256$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=", "scram-sha-256"),
  ])
  func `what is not written as its programs write it is refused`(text: String, scheme: String) {
    #expect(read(text) == .failure(.malformed(scheme: scheme)))
    #expect(ForeignHashObjection.malformed(scheme: scheme).isHostile)
  }

  @Test(arguments: [
    "$2y$31$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y",
    "$2y$15$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y",
    "$2y$03$wOEYse79nUketA7eai9/kuDIzIl1bmx7nyrzRSByK.XNsE9kjRI.y",
    "$5$rounds=999$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC",
    "$5$rounds=700001$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC",
    "$5$rounds=999999999$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC",
    "$5$rounds=18446744073709551617$sodium$FNeyTiBOlmyQIUaDpOTOQdTpKJhZ4ZeA6Jam9H1uXjC",
    // 32 MiB, 1 GiB, and r of 33.
    "$y$jAT$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C",
    "$y$jFT$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C",
    "$y$j7U$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C",
    "$y$jzz$Qdn.2osxIssatqVpieqvR1$fkMxG6SR3oho5xxm9VEzz4GI/tR.iRCKGRc7.yHwC8C",
    "$argon2id$v=19$m=16388,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg",
    "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg",
    "$argon2id$v=19$m=1024,t=65,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg",
    "$argon2id$v=19$m=1024,t=4294967296,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg",
    "$argon2id$v=19$m=1024,t=1,p=17$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg",
    "$argon2id$v=19$m=15,t=1,p=2$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg",
    "SCRAM-SHA-1$999:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
    "SCRAM-SHA-1$500001:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
    "SCRAM-SHA-1$99999999999999999999:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
  ])
  func `a cost outside of what is computed is refused before anything is computed`(text: String) {
    guard case .failure(.cost(scheme: _, bounds: _)) = read(text) else {
      Issue.record("it was read")
      return
    }
  }
}

@Suite struct ForeignVerificationTests {
  @Test(arguments: ["", "!", "!$6$salt$x", "*", "*LK*"])
  func `a mark for no password is none`(text: String) async throws {
    try await withLane { lane in
      guard case .none = lane.read(SecretBytes(copying: Array(text.utf8))) else {
        Issue.record("it is something")
        return
      }
    }
  }

  @Test(arguments: ForeignHashTests.made.filter { !$0.password.isEmpty })
  func `one right sign-in replaces it by ours`(
    tool: String, hash: String, password: String, scheme: String
  ) async throws {
    try await withLane { lane in
      let stored = try #require(lane.adopt(hash))
      #expect(stored.isImported)
      let wrong = try await lane.replacement(for: password + "!", stored)
      #expect(wrong == nil)
      let ours = try #require(try await lane.replacement(for: password, stored))
      #expect(!ours.isImported && PHCString(parsing: ours.phc)?.parameters == current)
      guard
        case .match(replacement: nil) = try await lane.verify(
          AnteroomCryptoTests.password(password), against: ours, fairness: "test")
      else {
        Issue.record("ours does not match")
        return
      }
    }
  }

  @Test func `nothing of another program's hash is stored in the clear, nor opens under another key`() async throws {
    let hash = "{SHA}mN7MYuzjmaIu0w1JDvMzvn/ec4U="
    let stored = try await withLane { try #require($0.adopt(hash)) }
    #expect(!stored.phc.contains("SHA") && !stored.phc.contains("mN7MYuzjmaIu0w1JDvMzvn"))
    try await withLane(root: testRoot(8)) { lane in
      guard case .corrupt = try await lane.verify(password(horse), against: stored, fairness: "test") else {
        Issue.record("it was compared")
        return
      }
    }
  }

  @Test func `what the lane cannot afford any more fails closed without being queued`() async throws {
    let hash = "$argon2id$v=19$m=1024,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$Ka9RT3vlaBEhftAwSg2cHoguqcAZG3YXMvGeZHokAyg"
    let stored = try await withLane { try #require($0.adopt(hash)) }
    let small = try Argon2Lane(
      root: testRoot(), parameters: .belowFloorForTests(), concurrency: 1, queue: 1, queueSeconds: 1,
      randomness: SeededRandomness())
    // With no thread left, an answer can only come from before the queue.
    small.shutDown()
    guard case .corrupt = try await small.verify(password(horse), against: stored, fairness: "test") else {
      Issue.record("it was compared")
      return
    }
  }

  @Test(arguments: ["", "AAAA", "not base64 at all", String(repeating: "A", count: 400)])
  func `a damaged box fails closed`(phc: String) async throws {
    try await withLane { lane in
      let stored = PasswordHash(phc: phc, pepperID: PasswordHash.imported)
      guard case .corrupt = try await lane.verify(password(horse), against: stored, fairness: "test") else {
        Issue.record("it was compared")
        return
      }
    }
  }
}
