import AnteroomClient
import Testing

@Suite struct JSONReaderTests {
  @Test(arguments: [
    ("null", JSONValue.null), (" true\n", .bool(true)), ("[]", .array([])), ("{}", .object([])),
    ("-0", .number("-0")), ("1.50e+3", .number("1.50e+3")), ("\"\"", .string("")),
    (#""a\"\\\/\b\f\n\r\tA""#, .string("a\"\\/\u{8}\u{C}\n\r\tA")),
    (#""\ud83d\ude00""#, .string("😀")), (#""é😀""#, .string("é😀")),
    (
      #"{"b":[1,{"a":null}],"a":false}"#,
      .object([
        .init("b", .array([.number("1"), .object([.init("a", .null)])])), .init("a", .bool(false)),
      ])
    ),
    // Canonically equivalent, and yet two names: bytes decide.
    ("{\"\u{E9}\":1,\"e\u{301}\":2}", .object([.init("\u{E9}", .number("1")), .init("e\u{301}", .number("2"))])),
  ])
  func `reads JSON as it stands`(text: String, expected: JSONValue) throws {
    #expect(try JSONReader.read(Array(text.utf8)) == expected)
  }

  @Test(arguments: [
    ("", JSONRefusal.Reason.unexpectedEnd), ("[1", .unexpectedEnd), ("{\"a\"", .unexpectedEnd), ("\"a", .unexpectedEnd),
    ("tru", .unexpectedEnd), ("trux", .unexpectedByte), ("'a'", .unexpectedByte), ("[1,]", .unexpectedByte),
    ("{\"a\":1,}", .unexpectedByte), ("{a:1}", .unexpectedByte), ("+1", .unexpectedByte), (".5", .unexpectedByte),
    ("NaN", .unexpectedByte), ("\u{FEFF}1", .unexpectedByte), ("// c\n1", .unexpectedByte), ("01", .badNumber),
    ("-", .badNumber), ("1.", .badNumber), ("1e", .badNumber), ("1e+", .badNumber), ("1 2", .trailing),
    ("{} {}", .trailing), ("0x1", .trailing), (#""\x41""#, .badEscape), (#""\u12g4""#, .badEscape),
    (#""\u+123""#, .badEscape), (#""\ud800""#, .loneSurrogate), (#""\udc00\ud800""#, .loneSurrogate),
    (#""\ud800A""#, .loneSurrogate), (#""\u0000""#, .control), ("\"\u{0}\"", .control),
    ("\"a\nb\"", .control), ("\"\u{1B}[2J\"", .control), (#"{"a":1,"a":1}"#, .duplicateMember),
    (#"{"a":1,"\u0061":2}"#, .duplicateMember),
  ])
  func `refuses what is not strict JSON`(text: String, reason: JSONRefusal.Reason) {
    #expect(refusal(Array(text.utf8)) == reason)
  }

  @Test(
    arguments: [[0xFF], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22]] as [[UInt8]]
  )
  func `refuses bytes that are not UTF-8`(bytes: [UInt8]) {
    #expect(refusal(bytes) == .notUTF8)
  }

  @Test(arguments: ["[", "{\"a\":"])
  func `a hundred thousand levels are refused, thirty-two are read`(opening: String) {
    #expect(refusal(Array(String(repeating: opening, count: 100_000).utf8)) == .tooDeep)
    let closing = opening == "[" ? "]" : "}"
    let deepest =
      String(repeating: opening, count: 32) + (opening == "[" ? "" : "1") + String(repeating: closing, count: 32)
    #expect(refusal(Array(deepest.utf8)) == nil)
  }

  @Test func `what is written reads back the same`() throws {
    let value = JSONValue.object([
      .init("a\"\\", .string("\u{1}\n\u{7F}\u{2028}é😀")), .init("b", .array([.null, .bool(true), .integer(-5)])),
    ])
    #expect(try JSONReader.read(value.bytes) == value)
  }

  @Test func `a body takes secrets as they are and leaves out what is missing`() {
    var body = JSONBody()
    body.set("username", "ada")
    body.set("display_name", ifPresent: nil)
    body.set("password", secret: WipedBytes("p\"w\u{1}é"))
    let text = body.finish().withBytes { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    #expect(text == #"{"username":"ada","password":"p\"w\u0001é"}"#)
  }

  private func refusal(_ bytes: [UInt8]) -> JSONRefusal.Reason? {
    do throws(JSONRefusal) {
      _ = try JSONReader.read(bytes)
      return nil
    } catch {
      return error.reason
    }
  }
}
