import AnteroomClient
import Glibc
import Testing

@testable import anteroomctl

private func entries(_ text: String, _ layout: ImportTable.Layout) throws -> [ImportEntry] {
  var table = try ImportTable(ByteSource(Array(text.utf8)), layout)
  return try all(&table)
}

private func all(_ source: inout some ImportSource) throws -> [ImportEntry] {
  var entries: [ImportEntry] = []
  while let entry = try source.next() { entries.append(entry) }
  return entries
}

extension ImportEntry {
  fileprivate var made: ImportRecord? { try? record.get() }
  fileprivate var mistake: String? { if case .failure(let mistake) = record { mistake.text } else { nil } }
}

@Suite struct ImportListTests {
  @Test(arguments: [
    ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
    ("\u{FEFF}a\n\n\nb", [["a"], ["b"]]), ("\"a,\"\"b\"\"\nc\",d\n", [["a,\"b\"\nc", "d"]]),
    ("a,\n,b\n", [["a", ""], ["", "b"]]), ("", []), ("\"\"\n", []), ("Grüße,ß", [["Grüße", "ß"]]), ("a,", [["a", ""]]),
  ])
  func `records come one by one as RFC 4180 has them`(text: String, expected: [[String]]) throws {
    var records = try CSVRecords(ByteSource(Array(text.utf8)))
    var fields: [[String]] = []
    while let record = try records.next() { fields.append(record.fields) }
    #expect(fields == expected)
  }

  private static func bytes(_ text: String, then byte: UInt8 = 0, count: Int = 0) -> [UInt8] {
    Array(text.utf8) + Array(repeating: byte, count: count)
  }

  static let broken: [(bytes: [UInt8], line: Int)] = [
    (bytes("a\"b\n"), 1), (bytes("a\n\"b\nc"), 2), (bytes("a\n\"b\"c\n"), 2), ([0xFF, 0x0A], 1),
    (bytes("a", then: 0x61, count: 20_000), 1), (bytes("", then: 0x2C, count: 200), 1),
    (bytes("a\n\"", then: 0x0A, count: 20_000), 2),
  ]

  @Test(arguments: broken)
  func `a record that goes wrong, or on and on, is named by its line`(bytes: [UInt8], line: Int) throws {
    var records = try CSVRecords(ByteSource(bytes))
    let mistake = try #require(throws: CSVRecords.Mistake.self) { while try records.next() != nil {} }
    #expect(mistake.line == line)
  }

  @Test func `our own columns may stand in any order, and each line is an account`() throws {
    let read = try entries(
      """
      password_hash,username, display_name ,email,roles
      $2y$05$x,ada,Ada Lovelace,ada@example.org,host
      ,grace,,,
      x,eve,,,admin
      x,,,,
      x,bob
      """, .csv)
    #expect(read.map(\.place) == ["2", "3", "4", "5", "6"])
    #expect(
      read[0].made
        == ImportRecord(username: "ada", displayName: "Ada Lovelace", isHost: true, hash: "$2y$05$x"))
    #expect(read[1].made == ImportRecord(username: "grace"))
    #expect(
      read[2...].map(\.mistake) == [
        "there is no role admin; there is host", "there is no username", "2 fields under a header of 5",
      ])
  }

  @Test(arguments: ["", "name,hash\n", "username,username\n", "username,passwort\n", "\"username\n", "user\"name\n"])
  func `a list whose first line names no columns of ours is none`(text: String) {
    #expect(throws: Failure.self) { try entries(text, .csv) }
  }

  @Test func `Nextcloud's hashes lose their generation, and its other columns do not matter`() throws {
    let read = try entries(
      """
      "uid","displayname","password","uid_lower"
      "Ada","Ada L","3|$argon2id$v=19$m=65536,t=4,p=1$c2FsdA$dGFn","ada"
      "bob",NULL,"1|$2y$10$x","bob"
      "eve","","NULL","eve"
      "old","","2|$argon2i$v=19$x","old"
      """, .nextcloud)
    #expect(
      read.map(\.made) == [
        ImportRecord(
          username: "Ada", displayName: "Ada L", hash: "$argon2id$v=19$m=65536,t=4,p=1$c2FsdA$dGFn"),
        ImportRecord(username: "bob", hash: "$2y$10$x"), ImportRecord(username: "eve"),
        ImportRecord(username: "old", hash: "$argon2i$v=19$x"),
      ])
  }

  @Test func `whoever is not active in Greenlight does not come along`() throws {
    let read = try entries(
      """
      id,name,email,password_digest,status,provider
      1,Ada,ada@example.org,$2a$12$x,active,greenlight
      2,Bob,bob@example.org,\\N,0,greenlight
      3,Eve,eve@example.org,$2a$12$x,banned,greenlight
      """, .greenlight)
    #expect(
      read.map(\.made) == [
        ImportRecord(username: "ada@example.org", displayName: "Ada", hash: "$2a$12$x"),
        ImportRecord(username: "bob@example.org", displayName: "Bob"), nil,
      ])
    #expect(
      read[2].record
        == .failure(.init(text: "the account is not active there (banned)", username: "eve@example.org")))
  }

  @Test func `htpasswd is a name and a hash on each line`() throws {
    let bytes =
      Array("# people\nada:$apr1$x$y\r\n\nbob:{SHA}x=\nnobody\n:x\ncarol:x:y\n".utf8)
      + Array(repeating: UInt8(ascii: "a"), count: 5000) + [0x0A, 0xFF, 0x0A] + Array("dave:*".utf8)
    var list = try ImportHtpasswd(ByteSource(bytes))
    let read = try all(&list)
    #expect(read.map(\.place) == ["2", "4", "5", "6", "7", "8", "9", "10"])
    #expect(
      read.compactMap(\.made) == [
        ImportRecord(username: "ada", hash: "$apr1$x$y"), ImportRecord(username: "bob", hash: "{SHA}x="),
        ImportRecord(username: "dave", hash: "*"),
      ])
    #expect(
      read.compactMap(\.mistake) == [
        "it is not NAME:HASH", "it is not NAME:HASH", "there is more than a name and a hash",
        "the line is longer than 2048 bytes", "the line is not UTF-8",
      ])
  }

  @Test func `a bar is as long however far it is`() {
    let bars = [0, 1, 50, 99, 100].map { ImportProgress.bar((done: $0, total: 100), accounts: 7) }
    #expect(Set(bars.map(\.count)).count == 1)
    #expect(bars[0] == "importing [..............................]   0 %, 7 accounts")
    #expect(bars[4] == "importing [##############################] 100 %, 7 accounts")
    #expect(ImportProgress.bar((done: 9, total: nil), accounts: 7) == "importing: 7 accounts")
  }

  @Test func `the sum says what is to be done, and so does the exit code`() {
    func result(_ outcome: ImportResult.Outcome, password: Bool = true, code: String = "") -> ImportResult {
      var result = ImportResult(username: "ada", outcome: outcome, reason: "")
      (result.hasPassword, result.code) = (password, code)
      return result
    }
    var summary = ImportSummary()
    for made in [
      result(.imported), result(.imported, password: false), result(.exists), result(.exists, password: false),
    ] {
      summary.count(made)
    }
    #expect(summary.failure == nil)
    summary.count(result(.refused, code: "username-taken"))
    #expect(summary.failure?.status == .conflict)
    summary.count(result(.refused, code: "hash-cost"))
    #expect(summary.failure?.status == .failed)
    #expect(
      summary.lines(isTrial: true) == [
        "2 would be imported, 1 of them without a password; each would get a setup code",
        "2 were there from an earlier import, 1 of them without a password; the lines say how each gets another code",
        "2 refused, 1 of them because the name is taken",
      ])
  }

  @Test(
    arguments: [
      (#"{"username":"ada","outcome":"exists","has_password":true}"#, nil),
      (#"{"username":"ada","outcome":"exists"}"#, nil),
      (
        #"{"username":"it's","outcome":"exists","has_password":false}"#,
        "It has no password yet. Where its setup code is lost, another is made with: "
          + #"anteroomctl --socket /s account reset 'it'\''s'"#
      ),
      (#"{"username":"ada","outcome":"imported","setup_code":"x"}"#, "The list has no password for it."),
      (#"{"username":"ada","outcome":"imported","setup_code":"x","detail":"DES."}"#, "DES."),
      (#"{"username":"ada","outcome":"imported","scheme":"bcrypt"}"#, nil),
    ] as [(String, String?)])
  func `whoever has no password is named with the reason and the way to one`(answer: String, reason: String?) throws {
    var result = ImportResult(try JSONReader.read(Array(answer.utf8)))
    result.explain(ImportRecord(username: "ada"), Advice(socket: "/s"))
    #expect(result.isWorthALine == (reason != nil))
    #expect(result.reason == reason ?? "")
  }

  @Test(arguments: [
    (ENOENT, "a b/c", "see what is there: ls 'a b'"), (ENOENT, "list.csv", "see what is there: ls ."),
    (ENOENT, "/list.csv", "see what is there: ls /"), (EIO, "-x", "see what it is: ls -ld ./-x"),
    (EACCES, "/x", "run it as a user who may read it; who may says: ls -ld /x"),
  ])
  func `a list that cannot be opened is wrong usage, with a way on`(number: Int32, path: String, next: String) {
    let failure = ImportFile.unreadable(path, number)
    #expect(failure.status == .usage)
    #expect(failure.next == next)
  }
}
