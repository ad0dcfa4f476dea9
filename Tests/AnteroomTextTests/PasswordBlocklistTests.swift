import AnteroomServices
import AnteroomText
import SecretMemory
import Testing

private let preparation = OpaqueStringPreparation()
private let blocklist = PasswordBlocklist(
  operatorLines: ["Gr\u{FC}ne Wiese am Fluss", "internal-codeword-77\r", "", "zzz not utf \u{0}", "aachen printworks"],
  preparation: preparation)

private func reason(
  _ typed: String, username: String? = "juliet", services: [String] = ["Meet.Example.org", "Montague House"],
  list: PasswordBlocklist = blocklist
) throws -> BlockReason? {
  let password = try preparation.prepare(SecretBytes(copying: bytes(typed)))
  return list.reason(for: password, username: username, serviceNames: services)
}

@Suite struct PasswordBlocklistTests {
  @Test(arguments: [
    "password", "Password1", "PASSWORD123", "iloveyou!", "letmein2024", "p@ssw0rd", "P@$$w0rd-2024!",
    "password1234567890", "drowssap drowssap 1", "Passwort2023!!!", "Sommer-2024-Sommer", "Contrase\u{F1}a2024",
    "christopherchristopher", "passwordpassword", "michael 1984 1984", "\u{43F}\u{430}\u{440}\u{43E}\u{43B}\u{44C}2024",
  ])
  func `a common password, however dressed up, is refused`(typed: String) throws {
    #expect(try reason(typed) == .common)
  }

  @Test(arguments: [
    "aaaaaaaaaaaaaaa", "abcabcabcabcabc", "1212121212121212", "xk9xk9xk9xk9xk9x",
    "AbcdAbcDaBcdabc", "\u{436}\u{436}\u{436}\u{436}\u{436}\u{436}\u{436}\u{436}\u{436}", "        ",
    "\u{3B1}\u{3B2}\u{3B1}\u{3B2}\u{3B1}\u{3B2}\u{3B1}\u{3B2}",
  ])
  func `a short pattern repeated is refused`(typed: String) throws {
    #expect(try reason(typed) == .repetition)
  }

  @Test(arguments: [
    "123456789012345", "987654321098765", "abcdefghijklmno", "zyxwvutsrqponml", "QwertyUiopAsdfg", "poiuytrewqlkjhg",
    "1qaz2wsx3edc4rf", "qazwsxedcrfvtgb", "qwertzuiopasdfg", "azertyuiopqsdfg", "abcdefgh12345678", "!@#$%^&*()_+!@#",
    "qwerty123456asdf", "aaaaaaa1111111", "12345678a", "aaaaaaaaaaaaaab",
    "qwertyuiopasdf1!", "1q2w3e4r5t6y7u8i",
    "\u{430}\u{431}\u{432}\u{433}\u{434}\u{435}\u{436}\u{437}",
    "\u{439}\u{446}\u{443}\u{43A}\u{435}\u{43D}\u{433}\u{448}",
  ])
  func `a walk along the alphabet or the keyboard is refused`(typed: String) throws {
    #expect(try reason(typed) == .sequence)
  }

  @Test(arguments: [
    "juliet2024", "JULIET!!!!!!!!!!!!!!!", "2024-Juliet-2024", "teiluj12345678", "julietjuliet1", "juliet, juliet!",
    "julietteiluj", "anteroomanteroo1", "Anteroom-Juliet-99", "mooretna 123456", "4nter00m!2024", "meetexampleorg",
    "montaguehouse1", "Montague House 2025", "example.org.juliet", "meet.example.org",
  ])
  func `the username and the service's names, however varied, are refused`(typed: String) throws {
    #expect(try reason(typed) == .contextWord)
  }

  @Test(
    arguments: [
      ("m\u{FC}ller", "M\u{DC}LLER-2024-xx", nil), ("m\u{FC}ller", "M\u{DC}LLER-2024-!!", .contextWord),
      ("m\u{FC}ller", "rell\u{FC}m20242025", .contextWord), ("fu\u{DF}ball.fan", "FUSSBALL 1999", .contextWord),
      ("juliet.capulet@example.com", "capuletjuliet7", .contextWord),
      // Words of one or two letters say nothing.
      ("ab", "ab-73-ab-92-xq", nil), (nil, "juliet-2024-rome", nil), ("", "juliet-2024-rome", nil),
    ] as [(String?, String, BlockReason?)])
  func `a username is compared folded, in parts and backwards`(name: String?, typed: String, expected: BlockReason?)
    throws
  {
    #expect(try reason(typed, username: name, services: []) == expected)
  }

  @Test(
    arguments: [
      ("gr\u{FC}ne wiese am fluss", BlockReason.listed), ("GR\u{DC}NE WIESE AM FLUSS", .listed),
      ("Internal-Codeword-77", .listed), ("Aachen Printworks", .listed), ("internal-codeword-78", nil),
      ("aachen", nil), ("printworks in fluss", nil), ("wiese am fluss", nil),
    ] as [(String, BlockReason?)])
  func `the operator's list is compared whole, letter case aside`(typed: String, expected: BlockReason?) throws {
    #expect(try reason(typed) == expected)
  }

  @Test(arguments: [
    "correct horse battery staple", "tr0ub4dor&3 and more", "xK9#mQ2$vL7@", "8472915036284719", "kq3vm-8tzpa-w2hfd",
    "juliet 7294 1836 5501", "romeo loves juliet", "anteroom of the palace", "password is not enough",
    "mein Hund frisst Gras",
    "\u{65E5}\u{672C}\u{8A9E}\u{306E}\u{30D1}\u{30B9}\u{30EF}\u{30FC}\u{30C9}", "tshirt-vwxq-plmk",
    "dragonfly meadow 12",
    "qwerty keyboards annoy", "u8Zr-Lw3p-Yt6d",
  ])
  func `a password of one's own is let through`(typed: String) throws {
    #expect(try reason(typed) == nil)
  }

  @Test func `hardly a random password is refused`() throws {
    var random = Seeded(11)
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    for _ in 0..<5_000 {
      let typed = String((0..<10).map { _ in letters[random.next(below: letters.count)] })
      #expect(try reason(typed) == nil, "\(typed)")
    }
  }

  @Test(arguments: ["1000000000", "zzzzzzz1", "#1stunna", "alejandro", "zxcvbnm123", "kristina1"])
  func `the first, the last and some between are found in the shipped list`(typed: String) throws {
    #expect(try reason(typed) != nil)
  }

  @Test func `an empty list lists nothing`() throws {
    let bare = PasswordBlocklist(preparation: preparation)
    #expect(try reason("aachen printworks", list: bare) == nil)
    #expect(try reason("password", list: bare) == .common)
  }

  @Test(arguments: [
    String(repeating: "a", count: 255) + "b", String(repeating: "abcdefghijklmnopq9", count: 14),
    String(repeating: "\u{390}", count: 200) + "x", String(repeating: "juliet7", count: 36) + "x",
    "correct horse battery staple", String(repeating: "ab1", count: 85) + "z",
  ])
  func `no password takes long to judge`(typed: String) throws {
    let password = try preparation.prepare(SecretBytes(copying: bytes(typed)))
    let elapsed = processorTime {
      for _ in 0..<10 { _ = blocklist.reason(for: password, username: "juliet", serviceNames: ["example.org"]) }
    }
    // Ten judgements of an unoptimised build; the release figure is in microseconds.
    #expect(elapsed < .milliseconds(500))
  }
}
