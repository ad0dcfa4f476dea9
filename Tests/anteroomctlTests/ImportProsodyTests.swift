import Testing

@testable import anteroomctl

private func read(_ file: String, _ text: String) -> Result<ImportRecord, ImportEntry.Mistake> {
  ImportProsody.record(file: file, Array(text.utf8))
}

@Suite struct ImportProsodyTests {
  /// As Prosody 0.12 wrote it for `pencil`.
  private static let pencil = """
    return {
    \t["iteration_count"] = 4096;
    \t["server_key"] = "0fe09258b3ac852ba502cc62ba903eaacdbf7d31";
    \t["stored_key"] = "e9d94660c39d65c38fbad91c358f14da0eef2bd6";
    \t["salt"] = "A%\\194\\065";
    };

    """

  @Test func `Prosody's keys become what RFC 5803 writes, and the salt is the text itself`() {
    #expect(
      read("ada%2elovelace.dat", ImportProsodyTests.pencil)
        == .success(
          ImportRecord(
            username: "ada.lovelace",
            hash: "SCRAM-SHA-1$4096:QSXCQQ==$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=")))
  }

  @Test(arguments: [
    "return { [\"password\"] = \"pencil\"; };", "return { };", "return {}",
    "return { [\"stored_key\"] = \"xyz\", [\"server_key\"] = \"00\", [\"salt\"] = \"a\", [\"iteration_count\"] = 1 };",
  ])
  func `without usable keys there is no hash, and never a password in the clear`(text: String) {
    let record = try? read("ada.dat", text).get()
    #expect(record?.username == "ada")
    #expect(record?.hash == nil)
    #expect(record?.note?.contains("in the clear") == text.contains("pencil"))
  }

  @Test(arguments: ["%zz.dat", ".dat", "%f.dat", "%ff.dat"])
  func `a file's name that is no name is refused`(file: String) {
    #expect(read(file, "return {};") == .failure(.init(text: "the file's name is no username")))
  }

  @Test func `whoever is disabled there does not come along`() {
    #expect(
      read("ada.dat", "return { [\"disabled\"] = true };")
        == .failure(.init(text: "the account is disabled there", username: "ada")))
  }

  private static let mixed = LuaValue.table([
    (key: .string([0x61]), value: .number(1)), (key: .number(2), value: .string([0x78])),
    (key: .number(2), value: .table([])),
  ])

  static let tables: [(text: String, value: LuaValue)] = [
    ("return 5", LuaValue.number(5)), ("return -5", .other), ("return 1e3", .other), ("return 10.5;", .other),
    ("return nil", .other), ("return false;", .flag(false)), ("return 99999999999999999999", .other),
    (#"return "a\"\n\\\065\x42\10" -- done"#, .string(Array("a\"\n\\AB\n".utf8))),
    ("return 'it'", .string(Array("it".utf8))),
    (
      "return { a = 1, 'x'; [2] = { }, }",
      mixed
    ),
    ("-- written by hand\n  -- twice\nreturn true", .flag(true)),
  ]

  @Test(arguments: tables)
  func `a table is read as Lua has it`(text: String, expected: LuaValue) throws {
    #expect(try LuaReader.read(Array(text.utf8)) == expected)
  }

  @Test(arguments: [
    "", "return", "return os.execute('id')", "return { [\"a\"] = f() }", "return \"a", "return \"\\q\"", "return {",
    "return \"\\256\"", "return { [1] }", "x = 1", "return 1 2", "return \"\\x4\"", "return --[[ x ]] 1",
    String(repeating: "return {{{{{{{{{", count: 1), "return " + String(repeating: "{", count: 50_000),
    "return [[long]]", "\u{1B}Lua",
  ])
  func `what would have to be run, or never ends, is refused`(text: String) {
    #expect(throws: LuaReader.Mistake.self) { try LuaReader.read(Array(text.utf8)) }
  }

  @Test(
    arguments: [([], ""), ([0x66], "Zg=="), ([0x66, 0x6F], "Zm8="), ([0x66, 0x6F, 0x6F], "Zm9v")] as [([UInt8], String)]
  )
  func `base64 is padded`(bytes: [UInt8], text: String) {
    #expect(Base64.text(bytes) == text)
  }
}
