import AnteroomCore
import AnteroomDaemon
import AnteroomServices
import Glibc
import Testing

struct ConfigurationFilesTests {
  private static let web = "[[frontend]]\nname = \"web\"\nuid = 4711\npermissions = [\"joins\"]\n"

  @Test func `later files count, in the byte order of their names`() throws {
    let configuration = try reading([
      "anteroom.toml": "[log]\nlevel = \"error\"\nformat = \"text\"", "conf.d/20.toml": "[log]\nlevel = \"debug\"",
      "conf.d/10.toml": "[log]\nlevel = \"warning\"\n[limits]\njoin_failures = 7",
      "conf.d/30.toml.old": "nothing", "conf.d/.hidden.toml": "nothing",
    ]).get()
    #expect(configuration.logLevel == .debug)
    #expect(configuration.logFormat == .text)
    #expect(configuration.limits.joinFailures == 7)
  }

  @Test func `front ends and audiences add up`() throws {
    let configuration = try reading([
      "anteroom.toml": Self.web + "audiences = [\"b\"]\n[[audience]]\nname = \"b\"",
      "conf.d/a.toml": "[[audience]]\nname = \"a\"\n[[frontend]]\nname = \"door\"\nuid = 4712\n"
        + "permissions = [\"joins\"]\naudiences = [\"a\"]",
    ]).get()
    #expect(configuration.audiences == ["b", "a"])
    #expect(configuration.frontEnds.map(\.frontEnd.name) == ["web", "door"])
    #expect(configuration.frontEnds.map(\.uid) == [4711, 4712])
    #expect(configuration.frontEnds.map(\.frontEnd.audiences) == [["b"], ["a"]])
  }

  @Test func `the only front end has every audience unless it says otherwise`() throws {
    let all = try reading(Self.web + "[[audience]]\nname = \"b\"\n[[audience]]\nname = \"a\"").get()
    #expect(all.frontEnds.map(\.frontEnd.audiences) == [["b", "a"]])
    let fallback = try reading(Self.web).get()
    #expect(fallback.frontEnds.map(\.frontEnd.audiences) == [["default"]])
  }

  @Test func `a user is looked up`() throws {
    let configuration = try reading("[[frontend]]\nname = \"web\"\nuser = \"root\"\npermissions = [\"sessions\"]").get()
    #expect(configuration.frontEnds.map(\.uid) == [0])
  }

  @Test func `all mistakes of all files are told, in order`() throws {
    let mistakes = try reading([
      "anteroom.toml": Self.web + "[log]\nlevel = 1\ncolour = 2\n[keys]\ndirectory = \"k\"",
      "conf.d/a.toml": "\n[store\n", "conf.d/b.toml": "x = 1\n" + Self.web + "audiences = [\"default\"]",
    ]).mistakes
    // The front end of the first file makes joins, and beside another one it has to say for whom.
    #expect(
      mistakes.map { "\($0.fileName):\($0.line ?? 0)" } == [
        "anteroom.toml:1", "anteroom.toml:6", "anteroom.toml:7", "anteroom.toml:9", "a.toml:2", "b.toml:1", "b.toml:3",
        "b.toml:4",
      ])
    #expect(mistakes.last?.problem.contains("anteroom.toml:3") == true)
  }

  @Test func `a mistake is said as file, line, problem and remedy`() throws {
    let mistake = try #require(try reading("[log]\nlevel = \"loud\"").mistakes.first)
    #expect(mistake.description == "\(mistake.file):2: \(mistake.problem); \(mistake.remedy)")
    #expect(mistake.problem == "`level` in [log] is `loud`")
    #expect(mistake.remedy == "write one of: \"error\", \"warning\", \"info\", \"debug\"")
  }

  @Test func `a value cannot forge a line of its own in a message`() throws {
    let mistakes = try reading("[log]\nlevel = \"\\u001b[2J\\n/etc/x:1: all is well\\u202E\"").mistakes
    let text = mistakes.map(\.description).joined()
    #expect(text.contains("\\u{1b}[2J\\u{a}/etc"))
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
  }

  @Test func `a file that everybody may write is a mistake, and so is such a folder`() throws {
    try withFiles(["anteroom.toml": "", "conf.d/a.toml": ""]) { directory in
      for name in ["anteroom.toml", "conf.d/a.toml", "conf.d"] {
        let path = "\(directory)/\(name)"
        let mode: mode_t = name == "conf.d" ? 0o755 : 0o644
        #expect(unsafe chmod(path, mode | 0o002) == 0)
        let mistakes = read("\(directory)/anteroom.toml").mistakes
        #expect(mistakes.map(\.file) == [path])
        #expect(mistakes.first?.remedy.contains("chmod o-w") == true)
        #expect(unsafe chmod(path, mode) == 0)
      }
      #expect(read("\(directory)/anteroom.toml").mistakes.isEmpty)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root may give a file away"))
  func `a file of somebody else is a mistake`() throws {
    try withFiles(["anteroom.toml": ""]) { directory in
      #expect(unsafe chown("\(directory)/anteroom.toml", 60_001, 0) == 0)
      let mistakes = read("\(directory)/anteroom.toml").mistakes
      #expect(mistakes.map { $0.problem.contains("uid 60001") } == [true])
    }
  }

  @Test func `keys and the secret of TURN arrive, unless others could read them`() throws {
    let text = { (directory: String) in
      """
      [turn]
      uris = ["turn:t.example.org:3478?transport=udp", "turns:t.example.org"]
      secret_file = "\(directory)/turn"
      seconds = 60
      [[audience]]
      name = "livekit"
      dialect = "livekit"
      api_key = "k"
      key_file = "\(directory)/secret"
      key_id = "id"
      """
    }
    let secret = String(repeating: "s", count: 32)
    try withFiles(["secret": secret, "turn": secret, "a.toml": ""]) { directory in
      let path = "\(directory)/a.toml"
      let descriptor = unsafe open(path, O_WRONLY)
      let bytes = Array(text(directory).utf8)
      #expect(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
      close(descriptor)
      // As they were written: 0644.
      #expect(read(path).mistakes.map(\.line) == [3, 9])
      #expect(read(path).mistakes.allSatisfy { $0.problem.contains("mode 0644") && $0.remedy.contains("chmod") })
      for name in ["secret", "turn"] { #expect(unsafe chmod("\(directory)/\(name)", 0o640) == 0) }
      let configuration = try read(path).get()
      #expect(
        configuration.audienceEntries == [
          Audience(
            name: "livekit", dialect: .livekit(LiveKitDialect(apiKey: "k")), keyFile: "\(directory)/secret", keyID: "id"
          )
        ])
      #expect(
        configuration.turn
          == TurnServers(
            uris: ["turn:t.example.org:3478?transport=udp", "turns:t.example.org"], secretFile: "\(directory)/turn",
            seconds: 60))
    }
  }

  @Test func `no two audiences have one key, or one name for two`() throws {
    let text = { (directory: String, second: String, kid: String) in
      """
      [[audience]]
      name = "one"
      dialect = "livekit"
      api_key = "k"
      key_file = "\(directory)/secret"
      key_id = "id"
      [[audience]]
      name = "two"
      dialect = "livekit"
      api_key = "k"
      key_file = "\(directory)/\(second)"
      key_id = "\(kid)"
      """
    }
    let secret = String(repeating: "s", count: 32)
    try withFiles(["secret": secret, "other": secret, "a.toml": ""]) { directory in
      for name in ["secret", "other"] { #expect(unsafe chmod("\(directory)/\(name)", 0o600) == 0) }
      let path = "\(directory)/a.toml"
      for (second, kid, lines) in [("other", "di", []), ("secret", "di", [11]), ("other", "id", [12])]
        as [(String, String, [Int])]
      {
        let descriptor = unsafe open(path, O_WRONLY | O_TRUNC)
        let bytes = Array(text(directory, second, kid).utf8)
        #expect(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        #expect(read(path).mistakes.compactMap(\.line) == lines)
      }
    }
  }

  @Test func `a file that is not there, or is none, is named`() throws {
    try withFiles([:]) { directory in
      for path in ["\(directory)/nosuch.toml", directory] {
        let mistakes = read(path).mistakes
        #expect(mistakes.map(\.file) == [path])
        #expect(mistakes.first?.line == nil)
      }
    }
  }

  @Test(arguments: [("[log]\n\0level = 5", 2, "NUL"), ("a = \"\n", 1, "TOML"), ("# \u{1}\n", 1, "TOML")])
  func `what is no text stops the reading of its file`(text: String, line: Int, word: String) throws {
    let mistakes = try reading(text).mistakes
    #expect(mistakes.map(\.line) == [line])
    #expect(mistakes.first?.problem.contains(word) == true)
  }
}
