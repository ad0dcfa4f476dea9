import AnteroomClient
import Testing

@testable import anteroomctl

@Suite struct VisibleTests {
  @Test(arguments: [
    ("Ada Lovelace", "Ada Lovelace"), ("Zoë 李 😀", "Zoë 李 😀"), ("a\u{1B}[2Jb", "a\\u{1B}[2Jb"), ("a\nb", "a\\u{A}b"),
    ("a\u{9B}31mb", "a\\u{9B}31mb"), ("a\u{202E}b", "a\\u{202E}b"), ("a\u{2066}b", "a\\u{2066}b"),
    ("a\u{200B}b", "a\\u{200B}b"), ("a\u{7F}", "a\\u{7F}"), ("a\r", "a\\u{D}"), ("\u{E000}", "\\u{E000}"),
    ("\u{FEFF}", "\\u{FEFF}"), ("a\u{2028}b", "a\\u{2028}b"),
  ])
  func `a name shows what it hides`(text: String, expected: String) {
    #expect(visible(text) == expected)
  }

  @Test func `JSON that is made harmless stays the same JSON`() throws {
    let value = JSONValue.string("a\u{9B}31m\u{202E}\u{E0001}é")
    let shown = visible(String(decoding: value.bytes, as: UTF8.self), asJSON: true)
    #expect(shown == #""a\u009B31m\u202E\uDB40\uDC01é""#)
    #expect(try JSONReader.read(Array(shown.utf8)) == value)
  }
}

@Suite struct LayoutTests {
  @Test func `fields of tomorrow are shown, in one column`() {
    let value = JSONValue.object([
      .init("version", .string("1")), .init("store", .object([.init("bytes", .number("12"))])),
      .init("keys", .array([.object([.init("kid", .string("a"))]), .object([.init("kid", .string("b"))])])),
      .init("roles", .array([.string("host"), .string("x")])), .init("none", .null), .init("off", .bool(false)),
      .init("empty", .object([])), .init("warnings", .array([.string("one"), .string("two")])),
    ])
    #expect(
      Layout.fields(value) == [
        "version:     1", "store.bytes: 12", "keys.1.kid:  a", "keys.2.kid:  b", "roles:       host, x",
        "none:        -",
        "off:         no", "empty:       ", "warnings:    one", "warnings:    two",
      ])
  }

  @Test func `a table's columns hold what a hostile name leaves of them`() {
    #expect(
      Layout.table(["ID", "NAME"], [["1", "a\nb"], ["long", "c"]]) == ["ID    NAME", "1     a\\u{A}b", "long  c"])
  }

  @Test func `a secret to be typed is in groups of four`() {
    let enrolment = Enrolment(
      .object([.init("secret", .string("ABCDEFGHIJ")), .init("otpauth_uri", .string("otpauth://x"))]))
    #expect(enrolment.lines(drawn: false, colour: false) == ["otpauth_uri: otpauth://x", "secret:      ABCD EFGH IJ"])
  }

  @Test(
    arguments: [
      (nil, ["ID    A  NAME", "1     x  some words that may go on in the next line", "long  y  c"]),
      (30, ["ID    A  NAME", "1     x  some words that may go on in the next line", "long  y  c"]),
      (
        28,
        [
          "ID:   1", "A:    x", "NAME: some words that may go on in the next line", "", "ID:   long", "A:    y",
          "NAME: c",
        ]
      ),
    ] as [(Int?, [String])])
  func `a table without room for its last column is set in lines`(width: Int?, lines: [String]) {
    let rows = [["1", "x", "some words that may go on in the next line"], ["long", "y", "c"]]
    #expect(Layout.table(["ID", "A", "NAME"], rows, within: width) == lines)
  }
}
