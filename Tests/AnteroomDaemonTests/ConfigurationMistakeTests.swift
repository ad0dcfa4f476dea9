import AnteroomDaemon
import Testing

struct ConfigurationMistakeTests {
  /// A text with one mistake, its line, and what the message has to have.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let sentence: String
    let text: String
    let line: Int
    let words: [String]

    init(_ sentence: String, _ text: String, _ line: Int, _ words: String...) {
      self.sentence = sentence
      self.text = text
      self.line = line
      self.words = words
    }

    var testDescription: String { sentence }
  }

  private static let web = "[[frontend]]\nname = \"web\"\nuid = 4711\npermissions = [\"sessions\"]\n"
  private static let twin = "[[frontend]]\nname = \"twin\"\nuid = 4712\npermissions = [\"sessions\"]\n"
  private static let longWord = String(repeating: "w", count: 65)
  private static let manyWords = (0...1000).map { "\"word \($0)\"" }.joined(separator: ", ")
  private static let longPath = "/" + String(repeating: "p", count: 107)

  @Test(arguments: shape + numbers + texts + frontEnds + audiences + together)
  func `a mistake is told with its line and what to do`(mistake: Mistake) throws {
    let told = try reading(mistake.text).mistakes
    #expect(told.map(\.line) == [mistake.line], "\(told)")
    for word in mistake.words { #expect(told.first?.description.contains(word) == true, "\(told)") }
    #expect(told.first?.remedy.split(separator: " ").count ?? 0 >= 3, "\(told)")
  }

  private static let shape = [
    Mistake("an unknown key", "[log]\nlevel = \"info\"\ncolour = true", 3, "`colour`", "[log]", "level, format"),
    Mistake("an unknown table", "[log]\n\n[logging]\nlevel = \"info\"", 3, "`logging`", "[log]"),
    Mistake("a key outside of any table", "level = \"info\"", 1, "`level`"),
    Mistake("a table inside a table", "[log]\n[log.more]\na = 1", 2, "`more`"),
    Mistake("a table twice", "[log]\n[log]", 2, "log"),
    Mistake("a key twice", "[log]\nlevel = \"info\"\nlevel = \"debug\"", 3, "level"),
    Mistake("an unclosed string", "[log]\nlevel = \"info", 2, "TOML"),
    Mistake("an unclosed string before other lines", "[log]\nlevel = \"info\nformat = \"text\"\n", 2, "TOML"),
    Mistake("a line of prose", "[log]\nlevel = \"info\"\nthis is not TOML\n[keys]", 3, "TOML"),
    Mistake("a number that no machine holds", "[passwords]\nmemory_kib = 99999999999999999999", 2, "TOML"),
    Mistake("no TOML at all", "this is not TOML", 1, "TOML"),
    Mistake("a NUL in a text", "[keys]\ndirectory = \"/a\\u0000/b\"", 2, "NUL"),
    Mistake("a switch for look-alikes", "[names]\nconfusable = \"free\"", 2, "`confusable`", "[names]", "reserved"),
    Mistake("a value where a table belongs", "log = \"info\"", 1, "`log`", "[log]"),
    Mistake("an array of tables where one belongs", "[[log]]\nlevel = \"info\"", 1, "`log`", "[log]"),
    Mistake("one table where several may be", "[frontend]\nname = \"web\"", 1, "[[frontend]]"),
    Mistake("a list of something else", "frontend = [\"web\"]", 1, "[[frontend]]"),
    Mistake("a switch for replay protection", "[totp]\nallow_reuse = true", 1, "`totp`"),
    Mistake("a switch for rate limits", "[limits]\nenabled = false", 2, "`enabled`"),
    Mistake("a setting that is none", "[policy]\nlobby = true", 2, "`lobby`", "[policy]", "waiting_room"),
    Mistake("a floor of no setting", "[policy.floor]\nlobby = true", 2, "`lobby`", "[policy.floor]"),
    Mistake("a profile's setting that is none", "\n[profiles.health]\nlobby = true", 3, "`lobby`", "[profiles.health]"),
    Mistake("a word that is no value", "[policy]\nopen_to = \"all\"", 2, "`open_to`", "link", "invited"),
    Mistake("a number below its bounds", "[policy]\ngrant_seconds = 9", 2, "`grant_seconds`", "10", "120"),
    Mistake("an age of a factor that is none", "[policy]\nstep_up = \"always\"", 2, "`step_up`", "never"),
    Mistake("an absence that is none", "[policy]\nhost_absence = \"lock\"", 2, "`host_absence`", "lock_after"),
    Mistake("a flag in quotes", "[profiles.own.floor]\nattendance = \"no\"", 2, "`attendance`", "true or false"),
    Mistake("a part that nobody sends", "[policy.publish_on_entry]\nsmell = true", 2, "`smell`"),
    Mistake("half a notice", "[[policy.notices]]\nid = \"recording\"", 1, "version", "consent"),
    Mistake("a profile's name with a space", "[profiles.\"a b\"]\ncapacity = 5", 1, "a b"),
    Mistake("a retention", "[retention]\naudit = 1", 1, "`retention`", "not in this version"),
    Mistake("a backup", "[backup]\ndirectory = \"/b\"", 1, "`backup`", "not in this version"),
  ]

  private static let numbers: [Mistake] = [
    ("passwords", "memory_kib", 19_455, "19456"), ("passwords", "memory_kib", 99_999_999_999, "1048576"),
    ("passwords", "iterations", 1, "2"), ("passwords", "iterations", 65, "64"), ("passwords", "parallelism", 0, "1"),
    ("passwords", "parallelism", 17, "16"), ("passwords", "concurrency", 0, "1"),
    ("passwords", "concurrency", 65, "64"), ("passwords", "queue", 0, "1"), ("passwords", "queue", -1, "1"),
    ("passwords", "queue", 100_001, "100000"), ("passwords", "queue_seconds", 0, "1"),
    ("passwords", "queue_seconds", 121, "120"), ("sessions", "idle_seconds", 59, "60"),
    ("sessions", "idle_seconds", 2_592_001, "2592000"), ("sessions", "max_seconds", 59, "60"),
    ("sessions", "max_seconds", 2_592_001, "2592000"),
    ("limits", "source_failures", 0, "1"), ("limits", "source_failures", 1001, "1000"),
    ("limits", "account_failures", 0, "1"), ("limits", "account_failures", 101, "100"),
    ("limits", "join_failures", 0, "1"), ("limits", "join_failures", 1001, "1000"),
    ("limits", "connections_per_peer", 0, "1"), ("limits", "connections_per_peer", 100_001, "100000"),
    ("limits", "waiting_per_meeting", 0, "1"), ("limits", "waiting_per_meeting", 100_001, "100000"),
  ].map { table, key, value, bound in
    Mistake("\(key) = \(value)", "[\(table)]\n\(key) = \(value)", 2, "`\(key)`", "\(value)", bound)
  }

  private static let texts: [Mistake] = [
    ("passwords", "memory_kib", "\"much\""), ("store", "url", "5"), ("limits", "connections_per_peer", "1.5"),
    ("limits", "join_failures", "true"), ("limits", "join_failures", "1979-05-27"), ("log", "level", "[\"info\"]"),
    ("log", "level", "\"loud\""), ("log", "format", "\"xml\""), ("log", "format", "{json = true}"),
    ("store", "url", "\"mysql://localhost/x\""), ("store", "url", "\"sqlite:\""), ("store", "url", "\"sqlite:a.db\""),
    ("store", "url", "\"sqlite:/a/\""), ("store", "url", "\"sqlite:/a\\nb\""), ("keys", "directory", "\"keys\""),
    ("keys", "directory", "\"\""), ("sockets", "frontend", "\"frontend.sock\""), ("sockets", "admin", "\"@abstract\""),
    ("sockets", "admin", "\"\(longPath)\""), ("sockets", "frontend_group", "\"\""),
    ("sockets", "admin_group", "\"a b\""), ("passwords", "blocklist_file", "\"list.txt\""),
    ("passwords", "breached_file", "\"list.txt\""),
    ("limits", "shared_sources", "\"192.0.2.7\""), ("limits", "shared_sources", "[192]"),
    ("limits", "shared_sources", "[\"192.0.2.0/24\"]"), ("limits", "shared_sources", "[\"192.0.2.7/64\"]"),
    ("limits", "shared_sources", "[\"::ffff:192.0.2.7/64\"]"), ("limits", "shared_sources", "[\"2001:db8::/48\"]"),
    ("limits", "shared_sources", "[\"school.example\"]"), ("limits", "shared_sources", "[\"\"]"),
    ("names", "reserved", "\"teacher\""), ("names", "reserved", "[7]"), ("names", "reserved", "[\"teacher\", \"\"]"),
    ("names", "reserved", "[\" \"]"), ("names", "reserved", "[\"...\"]"), ("names", "reserved", "[\"x\"]"),
    ("names", "reserved", "[\"tea\\u200Bcher\"]"), ("names", "reserved", "[\"\(longWord)\"]"),
    ("names", "reserved", "[\(manyWords)]"),
  ].map { table, key, value in
    Mistake("\(key) = \(value)", "[\(table)]\n\(key) = \(value)", 2, "`\(key)` in [\(table)]")
  }

  private static let frontEnds = [
    Mistake("an unknown key in a front end", web + "trusted = true", 5, "`trusted`"),
    Mistake("no name", "[[frontend]]\nuid = 1\npermissions = [\"joins\"]", 1, "`name`"),
    Mistake("a name that is none", named("Web"), 2, "`Web`"),
    Mistake("a name of nothing", named(""), 2, "name"),
    Mistake("a name that is too long", named(String(repeating: "n", count: 65)), 2, "64"),
    Mistake("a name that the daemon has", named("admin"), 2, "`admin`"),
    Mistake("another name that the daemon has", named("frontend"), 2, "`frontend`"),
    Mistake("no user", "[[frontend]]\nname = \"web\"\npermissions = [\"joins\"]", 1, "user", "uid"),
    Mistake("two users", web + "user = \"root\"", 5, "`user`", "`uid`"),
    Mistake("a user that is not there", run("user = \"no such user\""), 3, "`no such user`"),
    Mistake("a user that is a number in quotes", run("user = \"4711\""), 3, "`4711`", "uid"),
    Mistake("a negative uid", run("uid = -1"), 3, "uid"),
    Mistake("the uid of nobody", run("uid = 4294967295"), 3, "uid"),
    Mistake("a uid in quotes", run("uid = \"root\""), 3, "uid", "without quotes"),
    Mistake("no permissions", "[[frontend]]\nname = \"web\"\nuid = 1", 1, "`permissions`"),
    Mistake("permissions of nothing", may("[]"), 4, "`permissions`"),
    Mistake("a permission that is no list", may("\"sessions\""), 4, "`permissions`"),
    Mistake("an unknown permission", may("[\"sessions\",\n  \"everything\"]"), 5, "`everything`", "joins"),
    Mistake("a source that is no truth", web + "source = \"yes\"", 5, "`source`", "true"),
    Mistake("an unknown kind of client", web + "client_kind = \"robot\"", 5, "`robot`", "\"bot\""),
    Mistake("a link without a meeting", web + "link = \"https://m.example/\"", 5, "`link`", "{meeting}"),
    Mistake("a link that is a script", web + "link = \"javascript:{meeting}\"", 5, "`link`", "https://"),
    Mistake("a link with a space", web + "link = \"https://m.example/ {meeting}\"", 5, "`link`"),
    Mistake("a link with a place for nothing", web + "link = \"https://m.example/{meeting}/{room}\"", 5, "{invite}"),
    Mistake(
      "a link with a passcode in the host's name", web + "link = \"https://{passcode}.m.example/{meeting}\"", 5, "host"),
    Mistake(
      "a link with a code in the clear", web + "link = \"http://m.example/{meeting}?i={invite}\"", 5, "https://"),
  ]

  private static let audiences = [
    Mistake("an audience without a name", "[[audience]]\ndialect = \"anteroom\"", 1, "`name`"),
    Mistake("an audience of a wrong name", "[[audience]]\nname = \"a b\"", 2, "`a b`"),
    Mistake("an unknown key in an audience", "[[audience]]\nname = \"a\"\nsecret = 1", 3, "`secret`"),
    Mistake(
      "a key that is not there", "[[audience]]\nname = \"a\"\nkey_file = \"/nonexistent/k\"", 3, "`key_file`",
      "/nonexistent/k cannot be read", "chmod 0640"),
    Mistake(
      "a key's name without a key", "[[audience]]\nname = \"a\"\nkey_id = \"k\"", 3, "`key_id`", "add key_file"),
    Mistake(
      "a relative key", "[[audience]]\nname = \"a\"\nkey_file = \"k.pem\"", 3, "`key_file`", "absolute"),
    Mistake(
      "jitsi without a domain", "[[audience]]\nname = \"a\"\ndialect = \"jitsi\"", 1, "`domain`",
      "meet.example.org"),
    Mistake(
      "jitsi for every tenant", "[[audience]]\nname = \"a\"\ndialect = \"jitsi\"\ndomain = \"*\"", 4, "every tenant"),
    Mistake(
      "jitsi for everybody", "[[audience]]\nname = \"a\"\ndialect = \"jitsi\"\ndomain = \"d\"\naud = \"*\"", 5,
      "names nobody"),
    Mistake(
      "an algorithm that jitsi does not read",
      "[[audience]]\nname = \"a\"\ndialect = \"jitsi\"\ndomain = \"d\"\nalgorithm = \"ES256\"", 5, "`ES256`", "RS256"),
    Mistake(
      "no algorithm at all",
      "[[audience]]\nname = \"a\"\ndialect = \"jitsi\"\ndomain = \"d\"\nalgorithm = \"none\"", 5, "`none`", "HS256"),
    Mistake(
      "jitsi under another's name",
      "[[audience]]\nname = \"a\"\n[[audience]]\nname = \"b\"\ndialect = \"jitsi\"\ndomain = \"d\"\naud = \"a\"",
      7, "another audience"),
    Mistake(
      "livekit without an API key", "[[audience]]\nname = \"a\"\ndialect = \"livekit\"", 1, "`api_key`"),
    Mistake(
      "a key of another dialect",
      "[[audience]]\nname = \"a\"\ndialect = \"galene\"\nlocation = \"https://g/\"\napi_key = \"k\"",
      5, "`api_key`", "location"),
    Mistake(
      "galene with a group", "[[audience]]\nname = \"a\"\ndialect = \"galene\"\nlocation = \"https://g/group/a/\"", 4,
      "no address of a server"),
    Mistake(
      "galene without a scheme", "[[audience]]\nname = \"a\"\ndialect = \"galene\"\nlocation = \"g.example.org\"", 4,
      "no address of a server"),
    Mistake(
      "galene without a room in the group's name",
      "[[audience]]\nname = \"a\"\ndialect = \"galene\"\nlocation = \"https://g/\"\ngroup = \"meet\"", 5, "meet/{room}"),
    Mistake("TURN without a secret", "[turn]\nuris = [\"turn:t\"]", 1, "`secret_file`"),
    Mistake("TURN without addresses", "[turn]\nsecret_file = \"/s\"", 1, "`uris`"),
    Mistake("TURN for too long", "[turn]\nseconds = 601", 2, "601", "600"),
    Mistake(
      "TURN at no address", "[turn]\nuris = [\"https://t\"]\nsecret_file = \"/s\"", 2, "no TURN address"),
    Mistake(
      "TURN with a secret that is not there", "[turn]\nuris = [\"turn:t\"]\nsecret_file = \"/nonexistent/s\"", 3,
      "`secret_file`", "cannot be read"),
    Mistake("an unknown dialect", "[[audience]]\nname = \"a\"\ndialect = \"esperanto\"", 3, "`esperanto`"),
    Mistake("an audience twice", "[[audience]]\nname = \"a\"\n[[audience]]\nname = \"a\"", 4, "`a`", "toml:2"),
    Mistake("an audience that nobody defines", web + "audiences = [\"nowhere\"]", 5, "`nowhere`", "default"),
    Mistake(
      "one audience of two front ends", web + "audiences = [\"default\"]\n" + twin + "audiences = [\"default\"]", 10,
      "`default`", "toml:5"),
    Mistake("an audience named twice", web + "audiences = [\n\"default\",\n\"default\"\n]", 7, "`default`", "toml:6"),
    Mistake("joins for nobody", may("[\"joins\"]") + "audiences = []", 1, "audience"),
    Mistake("joins for whom", may("[\"joins\"]") + twin, 1, "audience"),
  ]

  private static let together = [
    Mistake("two front ends of one name", web + "\n" + web.replacing("4711", with: "4712"), 7, "`web`", "toml:2"),
    Mistake("two front ends of one uid", web + web.replacing("web", with: "twin"), 7, "`4711`", "toml:3"),
    Mistake(
      "idle for longer than ever", "[sessions]\nidle_seconds = 601\nmax_seconds = 600", 3, "idle_seconds",
      "max_seconds"),
    Mistake("idle by default for longer than ever", "[sessions]\nmax_seconds = 600", 2, "idle_seconds"),
    Mistake("one socket for both", "[sockets]\nfrontend = \"/s\"\nadmin = \"/s\"", 3, "`frontend`", "`admin`"),
  ]

  private static func named(_ name: String) -> String { web.replacing("\"web\"", with: "\"\(name)\"") }
  private static func run(_ user: String) -> String { web.replacing("uid = 4711", with: user) }
  private static func may(_ permissions: String) -> String { web.replacing("[\"sessions\"]", with: permissions) }
}
